package entry

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Rate is the rate of a currency in US dollars at a date. Where there is none, why
// says so.
func Rate(p *policy.Pack, currency string, at schemas.Date) (rate schemas.Rate, why string) {
	if currency == "" {
		return 0, "not stated"
	}
	rate, ok := p.USD(currency, at)
	if !ok {
		return 0, "the policy pack has no exchange rate for it at the date of the case"
	}
	return rate, ""
}

// Amount is an amount as a reason shows it, with its worth in US dollars, rounded to
// ten-thousandths, where it is in another currency.
func Amount(t *reason.Text, d schemas.Decimal, currency string, rate schemas.Rate) string {
	own := t.Amount("", d, " ")
	if currency == "USD" {
		return t.Join(own, currency)
	}
	in := t.Amount(", ", d.At(rate), " USD at ")
	var buf [32]byte
	return t.Join(own, currency, in, t.Bytes(rate.Append(buf[:0])))
}
