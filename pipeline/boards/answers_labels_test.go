package boards_test

import "github.com/clearlane/clearlane/schemas"

// mix are the label classes in the sequence of the panels.
func mix() []func(decision) bool {
	return []func(decision) bool{class("clean"), class("none"), class("drift"), class("likely"), class("certain")}
}

func labelsAnswers() map[string]answer {
	const b = "clearlane-labels / "
	ofSpan := func(q *question) func(decision) bool {
		return func(d decision) bool { return q.hour(dims(d).EventTime) }
	}
	ofChannels := func(q *question) func(decision) bool {
		return func(d decision) bool {
			return q.hour(dims(d).EventTime) && q.chosen("channel_group", dims(d).ChannelGroup)
		}
	}
	ofDays := func(q *question) func(decision) bool {
		return func(d decision) bool { return q.day(dims(d).EventTime) }
	}
	ofNetworks := func(q *question) func(decision) bool {
		return func(d decision) bool { return q.day(dims(d).EventTime) && q.chosen("ad_network", dims(d).AdNetwork) }
	}
	clicked := func(d decision) bool { return dims(d).LabelClass != "none" }
	channel := func(d *schemas.Dimensions) string { return d.ChannelGroup }
	builder := func(d *schemas.Dimensions) string { return d.Platform }
	network := func(d *schemas.Dimensions) string { return d.AdNetwork }
	wrong := anyOf(class("likely"), class("certain"))
	return map[string]answer{
		b + "$channel_group": func(q *question) [][]any { return q.names(ofSpan(q), channel) },
		b + "$ad_network":    func(q *question) [][]any { return q.names(ofDays(q), network) },
		b + "$currency":      func(q *question) [][]any { return q.currencies(ofSpan(q)) },
		b + "Label classes":  func(q *question) [][]any { return q.overTime(hourMs, ofChannels(q), mix()) },
		b + "Drift": func(q *question) (made [][]any) {
			lines := tally[decision]{keep: both(ofChannels(q), clicked), counts: []func(decision) bool{class("drift"), wrong, every},
				key: func(d decision) []any { return []any{q.stepOf(dims(d).EventTime, hourMs)} }}.of(q.newest)
			for _, l := range lines {
				made = append(made, []any{l.key[0], share(l.n[0], l.n[2]), share(l.n[1], l.n[2])})
			}
			return made
		},
		b + "Value by label class": func(q *question) [][]any {
			return rows([]*line{q.total(both(ofChannels(q), q.ofCurrency), nil, valued(mix()...)...)})
		},
		b + "Channel groups": func(q *question) [][]any {
			return rows(first(most(q.by(ofChannels(q), or(channel, "(no click)"), mix()...), sum), 15))
		},
		b + "Site builders": func(q *question) [][]any {
			return rows(first(most(q.by(ofChannels(q), or(builder, "(unknown)"), mix()...), sum), 15))
		},
		b + "Networks": func(q *question) [][]any {
			return rows(first(most(q.by(both(ofNetworks(q), clicked), or(network, "(none known)"), class("clean"), class("drift"), class("likely"), class("certain")), sum), 15))
		},
		b + "False labels by network and day": func(q *question) [][]any {
			return rows(tally[decision]{keep: both(ofNetworks(q), wrong), counts: []func(decision) bool{every},
				key: func(d decision) []any {
					return []any{q.stepOf(dims(d).EventTime, dayMs), or(network, "(none known)")(dims(d))}
				}}.of(q.newest))
		},
		b + "Worst campaigns": func(q *question) (made [][]any) {
			lines := tally[decision]{keep: func(d decision) bool { return ofNetworks(q)(d) && dims(d).Campaign != "" },
				key:    func(d decision) []any { return []any{dims(d).AdNetwork, dims(d).Campaign} },
				counts: []func(decision) bool{every, class("certain"), class("likely"), class("drift"), high}}.of(q.newest)
			var bad []*line
			for _, l := range lines {
				if l.n[1]+l.n[2]+l.n[3] > 0 {
					bad = append(bad, l)
				}
			}
			wrongOf := func(l *line) int64 { return l.n[1] + l.n[2] }
			for _, l := range first(most(most(bad, figure(0)), wrongOf), 50) {
				made = append(made, []any{l.key[0], l.key[1], l.n[0], l.n[1], l.n[2], l.n[3], share(wrongOf(l), l.n[0]), l.n[4]})
			}
			return made
		},
	}
}
