package label

import "strings"

// source is what is known about a name in utm_source or in a referrer's host.
type source struct {
	network Network
	kind    Kind
	name    string // the usual name, where this one is an alias of it
}

const longestSource = 64

// sourceOf looks up a utm_source in any case: a known name, or the host of one
// ("m.facebook.com", "google.co.uk").
func sourceOf(s string) source {
	s = strings.Trim(s, " ")
	if s == "" {
		return source{}
	}
	var buf [longestSource]byte
	if len(s) > len(buf) {
		return source{network: NetworkOther}
	}
	low := lower(buf[:0], s)
	if found, ok := aliases[string(low)]; ok {
		return found
	}
	return hostSource(low)
}

// referrerOf looks up the host of a referrer in any case.
func referrerOf(host string) source {
	if host == "" {
		return source{}
	}
	var buf [longestHost]byte
	if len(host) > len(buf) {
		return source{network: NetworkOther}
	}
	return hostSource(lower(buf[:0], host))
}

// hostSource finds the longest known host that a host is or lies below, so that
// facebook.example.com is not Facebook and mail.google.com is no search engine. A name
// known for every country is looked for before a public ending only.
func hostSource(low []byte) source {
	for {
		dot := indexDot(low)
		if dot < 0 {
			return source{network: NetworkOther}
		}
		if found, ok := hosts[string(low)]; ok {
			return found
		}
		if found, ok := everywhere[string(low[:dot])]; ok && publicEnding(low[dot+1:]) {
			return found
		}
		low = low[dot+1:]
	}
}

// publicEnding is true for com, net, org and a country's two letters, which may have com,
// org, net, co, it or edu before them: what "name.{}" means in the list of sources.
func publicEnding(b []byte) bool {
	switch string(b) {
	case "com", "net", "org":
		return true
	}
	dot := indexDot(b)
	if dot < 0 {
		return len(b) == 2
	}
	switch string(b[:dot]) {
	case "com", "org", "net", "co", "it", "edu":
		return len(b)-dot-1 == 2
	}
	return false
}

func indexDot(b []byte) int {
	for i, c := range b {
		if c == '.' {
			return i
		}
	}
	return -1
}

// lower appends s in ASCII lower case.
func lower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
