package policy

import "go.yaml.in/yaml/v3"

// file is a pack as it is written in YAML. Its JSON form, in this order of fields,
// is the canonical form that the pack's hash is taken of.
type file struct {
	ID          string          `yaml:"id" json:"id"`
	Version     string          `yaml:"version" json:"version"`
	ValidFrom   string          `yaml:"valid_from" json:"valid_from"`
	ValidTo     string          `yaml:"valid_to" json:"valid_to"`
	Ports       filePorts       `yaml:"ports" json:"ports"`
	Countries   fileCountries   `yaml:"countries" json:"countries"`
	Attribution fileAttribution `yaml:"attribution" json:"attribution"`
	Builders    fileBuilders    `yaml:"builders" json:"builders"`
	Routes      fileRoutes      `yaml:"routes" json:"routes"`
	PreReviews  filePreReviews  `yaml:"pre_reviews" json:"pre_reviews"`
	Origin      *fileOrigin     `yaml:"origin" json:"origin,omitempty"`
	Traffic     fileTraffic     `yaml:"traffic" json:"traffic,omitzero"`
	Custom      fileCustom      `yaml:"custom" json:"custom,omitzero"`
	Entry       *fileEntry      `yaml:"entry" json:"entry,omitempty"`
	Rates       []fileRate      `yaml:"exchange_rates" json:"exchange_rates,omitempty"`
	Goods       *fileGoods      `yaml:"goods" json:"goods,omitempty"`
	Rules       []fileRule      `yaml:"rules" json:"rules"`
	Tests       yaml.Node       `yaml:"tests" json:"-"` // test cases, which judge nothing: read by pipeline/packtest

	Dispositions *fileDispositions `yaml:"dispositions" json:"dispositions,omitempty"`
}

type filePorts struct {
	Groups  map[string][]string `yaml:"groups" json:"groups"`
	LOCODEs map[string]string   `yaml:"locodes" json:"locodes"`
	Names   map[string]string   `yaml:"names" json:"names,omitempty"`
}

type fileCountries struct {
	Shipping string              `yaml:"shipping_country" json:"shipping_country"`
	Regions  map[string][]string `yaml:"regions" json:"regions"`
}

type fileAttribution struct {
	WindowDays int32  `yaml:"window_days" json:"window_days"`
	ClockSkew  int32  `yaml:"clock_skew_seconds" json:"clock_skew_seconds,omitempty"` // absent: 0, which packs without it meant
	LabelScope string `yaml:"label_scope" json:"label_scope"`
}

type fileBuilders struct {
	Platforms     []string `yaml:"platforms" json:"platforms"`
	WeightPercent int32    `yaml:"weight_percent" json:"weight_percent"`
}

type fileRoutes struct {
	Hard       string          `yaml:"hard" json:"hard"`
	Soft       string          `yaml:"soft" json:"soft"`
	Incomplete string          `yaml:"incomplete" json:"incomplete"`
	MaxScore   int32           `yaml:"max_score" json:"max_score"`
	Scores     []fileThreshold `yaml:"scores" json:"scores"`
}

type fileThreshold struct {
	AtLeast int32  `yaml:"at_least" json:"at_least"`
	Route   string `yaml:"route" json:"route"`
}

type filePreReviews struct {
	Orders  string `yaml:"orders" json:"orders"`
	Highest string `yaml:"highest_route" json:"highest_route"`
}

type fileRule struct {
	ID         string    `yaml:"id" json:"id"`
	Code       string    `yaml:"code" json:"code"`
	Version    int32     `yaml:"version" json:"version"`
	From       string    `yaml:"effective_from" json:"effective_from"`
	To         string    `yaml:"effective_to" json:"effective_to"`
	Source     string    `yaml:"source" json:"source"`
	Confidence string    `yaml:"source_confidence" json:"source_confidence"`
	Weight     int32     `yaml:"weight" json:"weight"`
	Severity   string    `yaml:"severity" json:"severity"`
	Builders   bool      `yaml:"builders_raise" json:"builders_raise"`
	Scope      fileScope `yaml:"scope" json:"scope"`

	// Of a rule of the pack's own (code CUSTOM_...).
	When     string `yaml:"when" json:"when,omitempty"`
	Field    string `yaml:"field" json:"field,omitempty"`
	Observed string `yaml:"observed" json:"observed,omitempty"`
	Expected string `yaml:"expected" json:"expected,omitempty"`
}

type fileScope struct {
	Ports     []string `yaml:"ports" json:"ports"`
	Countries []string `yaml:"countries" json:"countries"`
	Origins   []string `yaml:"origins" json:"origins,omitempty"`
	Channels  []string `yaml:"channels" json:"channels"`
	Platforms []string `yaml:"platforms" json:"platforms"`
}
