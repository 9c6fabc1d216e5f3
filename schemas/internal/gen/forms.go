package main

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

var patterns = map[layout.Form]string{
	layout.Country:   `[A-Z]{2}`,
	layout.Target:    `[A-Za-z0-9_-]{1,32}`,
	layout.Currency:  `[A-Z]{3}`,
	layout.Channel:   `B2B|B2C`,
	layout.Port:      `[A-Z0-9]{4,5}`,
	layout.HS:        `[0-9](\.?[0-9]){1,11}`,
	layout.HS6:       `[0-9](\.?[0-9]){5}`,
	layout.SPI:       `[A-Z+*]{1,3}`,
	layout.HexID:     `[0-9a-f]{32}`,
	layout.Code:      `[A-Z0-9_]{1,16}`,
	layout.LabelName: `facebook_pixel_id|bing_campaign_id|utm_campaign|utm_id|site_host`,
}

func lengths() map[layout.Form]int {
	l := schemas.DefaultLimits()
	return map[layout.Form]int{
		layout.Key:        l.KeyBytes,
		layout.Identifier: l.IDBytes,
		layout.Short:      l.CodeBytes,
		layout.Label:      l.LabelBytes,
		layout.Text:       l.TextBytes,
		layout.URL:        l.URLBytes,
		layout.Address:    l.AddressBytes,
		layout.Agent:      l.AgentBytes,
	}
}

// form is what a text of a form must look like. Lengths are in bytes in the codecs,
// in characters in JSON Schema: the codecs are the stricter ones beyond ASCII. An
// empty text is as good as one left out.
func form(k layout.Form, mayBeEmpty bool) object {
	if p, ok := patterns[k]; ok {
		if mayBeEmpty {
			return object{{"pattern", "^(" + p + ")?$"}}
		}
		return object{{"pattern", "^(" + p + ")$"}}
	}
	n, ok := lengths()[k]
	if !ok {
		return nil
	}
	if mayBeEmpty {
		return object{{"maxLength", n}}
	}
	return object{{"minLength", 1}, {"maxLength", n}}
}
