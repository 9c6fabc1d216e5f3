package policy

import "github.com/clearlane/clearlane/schemas"

// fileOrigin is the section "origin". Without it a certification is needed at any value.
type fileOrigin struct {
	LowValueUSD string `yaml:"low_value_usd,omitempty" json:"low_value_usd,omitempty"`
}

func (c *compiler) origin() {
	f := c.file.Origin
	if f == nil {
		return
	}
	v, err := schemas.ParseDecimal(f.LowValueUSD)
	if err != nil || v.E4 < 0 {
		c.fault("origin.low_value_usd", f.LowValueUSD, schemas.AllowedDecimal+", 0 or more")
		return
	}
	c.pack.CertificationLowValue = v
}
