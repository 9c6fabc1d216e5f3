package label

import "strings"

// longestHost bounds a host name, as DNS does.
const longestHost = 253

// hostOf is the host of an absolute URL or of a bare host, without port and user. A URL
// within the URL is not looked at.
func hostOf(url string) string {
	if i := strings.Index(url, "://"); i >= 0 && isScheme(url[:i]) {
		url = url[i+len("://"):]
	} else {
		url = strings.TrimPrefix(url, "//")
	}
	if i := strings.IndexAny(url, "/?#\\"); i >= 0 {
		url = url[:i]
	}
	if i := strings.LastIndexByte(url, '@'); i >= 0 {
		url = url[i+1:]
	}
	if i := strings.IndexByte(url, ':'); i >= 0 {
		url = url[:i]
	}
	return strings.TrimSuffix(url, ".")
}

func isScheme(s string) bool {
	return allOf(s, func(c byte) bool { return letter(c) || digit(c) || c == '+' || c == '-' || c == '.' })
}
