package policy

import (
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// usd is the currency that the pack's amounts are in.
const usd = "USD"

// fileRate is one dated exchange rate. It holds from a day on: to its last day, or to
// the day before the next rate of the currency.
type fileRate struct {
	Currency string `yaml:"currency" json:"currency"`
	From     string `yaml:"from" json:"from"`
	To       string `yaml:"to" json:"to,omitempty"`
	USD      string `yaml:"usd" json:"usd"` // dollars for one unit
	Source   string `yaml:"source" json:"source"`
}

// DatedRate is what one unit of a currency is worth in US dollars, from a day on.
type DatedRate struct {
	From, To schemas.Date // To: the last day, 0: until the next one
	USD      schemas.Rate
	Source   string
}

// USD is the rate of a currency in US dollars in force on a day. ok is false where the
// pack has none: an amount in that currency is then not known in dollars.
func (p *Pack) USD(currency string, day schemas.Date) (r schemas.Rate, ok bool) {
	if currency == usd {
		return schemas.OneToOne, true
	}
	rates := p.rates[currency]
	for i := len(rates) - 1; i >= 0; i-- { // the newest are asked for most
		if rates[i].From <= day {
			return rates[i].USD, rates[i].To == 0 || day <= rates[i].To
		}
	}
	return 0, false
}

func (c *compiler) rates() {
	if len(c.file.Rates) == 0 {
		return
	}
	c.pack.rates = make(map[string][]DatedRate)
	for i := range c.file.Rates {
		f := &c.file.Rates[i]
		path := fmt.Sprintf("exchange_rates[%d].", i)
		r := DatedRate{Source: f.Source}
		r.From, r.To = c.period(path, "from", f.From, "to", f.To)
		var err error
		if r.USD, err = schemas.ParseRate(f.USD); err != nil {
			c.fault(path+"usd", f.USD, schemas.AllowedRate)
		}
		if f.Source == "" {
			c.fault(path+"source", f.Source, "where the rate comes from")
		}
		if !currencyCode(f.Currency) || f.Currency == usd {
			c.fault(path+"currency", f.Currency, "an ISO 4217 code of three upper-case letters, not USD")
			continue
		}
		of := c.pack.rates[f.Currency]
		if slices.ContainsFunc(of, func(o DatedRate) bool { return o.From == r.From }) {
			c.fault(path+"from", f.From, "a day that no other rate of "+f.Currency+" begins on")
		}
		c.pack.rates[f.Currency] = append(of, r)
	}
	for _, of := range c.pack.rates {
		slices.SortFunc(of, func(a, b DatedRate) int { return int(a.From - b.From) })
	}
}

func currencyCode(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) == 3
}
