package policy

import (
	"encoding/json"
	"fmt"
)

// With is the pack with some settings changed, for one test case: a JSON object of
// sections is laid over the pack's own, object by object; what is no object, lists
// among it, is replaced. The result is checked like any pack, and has a hash of its own.
func (p *Pack) With(settings []byte) (*Pack, error) {
	var base, over map[string]any
	if err := json.Unmarshal(p.canonical, &base); err != nil {
		return nil, fmt.Errorf("policy pack: canonical form: %w", err)
	}
	if err := json.Unmarshal(settings, &over); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	layOver(base, over)
	text, err := json.Marshal(base)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return parseJSON(text)
}

func layOver(base, over map[string]any) {
	for k, v := range over {
		inner, isObject := v.(map[string]any)
		if was, ok := base[k].(map[string]any); ok && isObject {
			layOver(was, inner)
		} else {
			base[k] = v
		}
	}
}
