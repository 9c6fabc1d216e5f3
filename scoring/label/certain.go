package label

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// clockSkew is by how much a time in an id may lie after the click without being
// false: the id's time is of the visitor's clock, the click's of the server's.
const clockSkew schemas.Time = 5 * 60 * 1000

// certain finds what is false by the click alone (false labels, class certain).
// One cause gives one finding: a macro in place of an id is not also a malformed
// id, and an id in seconds is not also one.
func (d *deriver) certain() {
	d.macros()
	d.repeated()
	d.microsoftID()
	d.fbp()
	d.fbc()
	d.googleID()
	d.wrongSource()
}

// macros looks at every label, as it was sent and as the landing URL has it.
func (d *deriver) macros() {
	for p := range numParams {
		if d.values[p] == "" { // nor has the landing URL one
			continue
		}
		m, found := d.paramMacro(p, d.values[p])
		if !found && d.query.values[p] != d.values[p] {
			m, found = d.paramMacro(p, d.query.values[p])
		}
		if !found && d.query.second[p] != "" {
			m, found = d.paramMacro(p, d.query.second[p])
		}
		if found {
			d.macro(paramNames[p], m)
		}
	}
	if m, found := d.hasMacro(d.click.FacebookPixelID); found {
		d.macro("facebook_pixel_id", m)
	}
	if m, found := d.hasMacro(d.click.BingCampaignID); found {
		d.macro("bing_campaign_id", m)
	}
}

// paramMacro is hasMacro of a parameter's value.
func (d *deriver) paramMacro(p param, value string) (macro string, found bool) {
	if p >= gclid {
		return d.idMacro(value)
	}
	return d.hasMacro(value)
}

// idMacro is hasMacro of a click id, alone or behind the last point of an fbc. They are random
// text of letters, digits, - and _, in which one of some 50,000 has a __NAME__ by chance: here
// it has to be the whole.
func (d *deriver) idMacro(value string) (macro string, found bool) {
	if macro, found = d.hasMacro(value); !found {
		return "", false
	}
	id := value[strings.LastIndexByte(value, '.')+1:]
	if strings.HasPrefix(macro, "__") && macro != id && strings.Contains(id, macro) {
		return "", false
	}
	return macro, found
}

func (d *deriver) macro(field, macro string) {
	d.find(reason.LabelMacroUnexpanded, field, reason.Show(macro), "a value in place of the macro")
}

// repeated finds a parameter that the landing URL has twice with different values.
// Values that differ in case only are drift; a macro that was filled in the other time is
// a macro. That a field as sent differs from the URL is not certain: the sender may have
// kept it from an earlier visit. What Google's own tagging adds it may add twice.
func (d *deriver) repeated() {
	if !d.query.twice {
		return
	}
	for p := range numLabels {
		first, second := d.query.values[p], d.query.second[p]
		if second == "" || strings.EqualFold(first, second) && p < gclid || d.out.HasMacro(paramNames[p]) ||
			d.query.cut == p && (strings.HasPrefix(first, second) || strings.HasPrefix(second, first)) {
			continue
		}
		observed := "two different values"
		if p < gclid {
			observed = d.text.Join(reason.Show(first), " and ", reason.Show(second))
		}
		d.find(reason.LabelParameterConflict, paramNames[p], observed, "one value")
	}
}

func (d *deriver) microsoftID() {
	id := d.values[msclkid]
	if id == "" || validMSCLKID(id) || d.out.HasMacro("msclkid") || d.query.cut == msclkid && id == d.query.values[msclkid] {
		return
	}
	observed := d.text.Count("", len(id), " characters")
	if strings.EqualFold(id, microsoftTestID) {
		observed = "Microsoft's test value " + microsoftTestID
	}
	d.find(reason.LabelIDMalformed, "msclkid", observed, "32 hexadecimal digits")
}

func (d *deriver) fbp() {
	if d.click.FBP == "" {
		return
	}
	d.metaID("fbp", d.click.FBP, true)
}

func (d *deriver) fbc() {
	if d.click.FBC == "" {
		return
	}
	m := d.metaID("fbc", d.click.FBC, false)
	id := d.query.values[fbclid]
	if id == "" {
		id = d.values[fbclid]
	}
	if !m.wellMade || id == "" || d.out.HasMacro("fbclid") {
		return
	}
	if m.id != id && !(d.query.cut == fbclid && strings.HasPrefix(m.id, id)) {
		d.find(reason.LabelFBCConflict, "fbc", "the fbclid in it is another than the click's", "the click's fbclid")
	}
}

// metaID finds a malformed fbp or fbc, and a time in it that cannot be.
func (d *deriver) metaID(field, value string, number bool) metaID {
	if _, found := d.idMacro(value); found {
		d.macro(field, "a macro")
		return metaID{}
	}
	m := splitMetaID(value, number)
	switch {
	case m.wellMade && m.seconds:
		d.find(reason.LabelIDTimeInvalid, field, "a time of 10 digits: seconds", "milliseconds, 13 digits")
	case !m.wellMade || !m.ms:
		expected := "fb.<digit>.<13 digits>.<digits>"
		if !number {
			expected = "fb.<digit>.<13 digits>.<fbclid>"
		}
		d.find(reason.LabelIDMalformed, field, d.text.Count("", len(value), " characters of another form"), expected)
	default:
		d.timeOf(field, m.timeMs)
	}
	return m
}

// googleID finds a gclid made after the click. One whose time cannot be read is
// unknown, not false.
func (d *deriver) googleID() {
	if t, ok := gclidTime(d.values[gclid]); ok {
		d.timeOf("gclid", t)
	}
}

func (d *deriver) timeOf(field string, t schemas.Time) {
	if click := d.click.EventTime; click != 0 && t > click+clockSkew {
		d.find(reason.LabelIDTimeInvalid, field, d.text.Time("made at ", t), d.text.Time("not after the click at ", click))
	}
}

// foreign says with which sources a click id cannot come.
var foreign = [...]struct {
	id      param
	sources [3]Network
}{
	{gclid, [3]Network{NetworkMeta, NetworkMicrosoft, NetworkTikTok}},
	{dclid, [3]Network{NetworkMeta, NetworkMicrosoft, NetworkTikTok}},
	{msclkid, [3]Network{NetworkGoogle, NetworkMeta}},
	{ttclid, [3]Network{NetworkMeta, NetworkGoogle}},
}

func (d *deriver) wrongSource() {
	source := d.out.Source
	if source == NetworkNone || source == NetworkOther || d.out.HasMacro("utm_source") {
		return
	}
	for i := range foreign {
		f := &foreign[i]
		name := paramNames[f.id]
		if d.values[f.id] == "" || d.out.HasMacro(name) {
			continue
		}
		for _, n := range f.sources {
			if n == source {
				d.find(reason.LabelClickIDSourceConflict, "utm_source",
					d.text.Join(name, " with source ", reason.Show(d.values[utmSource])), d.text.Join("a source that gives a ", name))
			}
		}
	}
}
