package label

import "strings"

// hasMacro is true for a value that holds a macro an advertising platform should
// have filled in: {{campaign.name}} (Meta), {CampaignId} or {lpurl} (Google,
// Microsoft), __CAMPAIGN_ID__ (TikTok), as it is or after at most two URL-decodes.
func (d *deriver) hasMacro(s string) (macro string, found bool) {
	if !mayHoldMacro(s) {
		return "", false
	}
	for range 3 {
		if macro = findMacro(s); macro != "" {
			return macro, true
		}
		if strings.IndexByte(s, '%') < 0 {
			return "", false
		}
		next := d.decodePercent(s)
		if next == s {
			return "", false
		}
		s = next
	}
	return "", false
}

// mayHoldMacro is false of a text without a brace, a "%" and a "_": it holds no macro,
// however it is encoded.
func mayHoldMacro(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == '{' || c == '%' || c == '_' {
			return true
		}
	}
	return false
}

// findMacro is the first macro in s, empty when there is none. What stands in
// braces must look like a name: JSON or a GUID in braces is no macro.
func findMacro(s string) string {
	if strings.IndexByte(s, '{') < 0 && !strings.Contains(s, "__") {
		return ""
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '{':
			if m := braced(s[i:]); m != "" {
				return m
			}
		case '_':
			if m := underscored(s[i:]); m != "" && (standsAlone(s[:i]) || tiktokMacros[m]) {
				return m
			}
		}
	}
	return ""
}

// longestMacro bounds a macro, so that a value full of braces costs no more than
// its length.
const longestMacro = 128

// braced is the {name} or {{name}} that s begins with.
func braced(s string) string {
	s = s[:min(len(s), longestMacro)]
	depth := 1
	if strings.HasPrefix(s, "{{") {
		depth = 2
	}
	name, _, found := strings.Cut(s[depth:], "}")
	if !found || !strings.HasPrefix(s[depth+len(name):], "}}"[:depth]) {
		return ""
	}
	if depth == 2 {
		name = strings.Trim(name, " ")
	}
	if name == "" || !letter(name[0]) && name[0] != '_' {
		return ""
	}
	for i := range len(name) {
		if c := name[i]; !letter(c) && !digit(c) && c != '_' && c != '.' && c != ':' {
			return ""
		}
	}
	return s[:strings.IndexByte(s, '}')+depth]
}

// underscored is the __NAME__ that s begins with. A name is upper case, as TikTok
// writes its macros.
func underscored(s string) string {
	if len(s) < len("__X__") || s[1] != '_' || s[2] < 'A' || s[2] > 'Z' {
		return ""
	}
	for i := 3; i < len(s); i++ {
		c := s[i]
		if c == '_' && i+1 < len(s) && s[i+1] == '_' {
			return s[:i+2]
		}
		if c != '_' && !digit(c) && (c < 'A' || c > 'Z') {
			return ""
		}
	}
	return ""
}

// standsAlone is true where no word runs into what follows: in "US__SEARCH__BRAND" the
// "__" stand between the parts of a campaign's name, as agencies write them.
func standsAlone(before string) bool {
	before = strings.TrimRight(before, "_")
	if before == "" {
		return true
	}
	c := before[len(before)-1]
	return c < 0x80 && !letter(c) && !digit(c)
}

// tiktokMacros are the macros that TikTok documents: these are none by chance, whatever
// stands before them.
var tiktokMacros = map[string]bool{
	"__AID__": true, "__AID_NAME__": true, "__CID__": true, "__CID_NAME__": true,
	"__CAMPAIGN_ID__": true, "__CAMPAIGN_NAME__": true, "__PLACEMENT__": true,
	"__CLICKID__": true, "__CALLBACK__": true, "__CALLBACK_PARAM__": true,
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
