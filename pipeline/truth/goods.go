package truth

import "github.com/clearlane/clearlane/schemas"

// Brand is a brand whose goods a policy pack has to watch for the causes of this
// package to be found.
type Brand struct {
	Name     string
	USD      int64    // reference price of a piece
	Chapters []string // of the tariff, of its goods; empty: all
}

// Brands are invented.
func Brands() []Brand {
	return []Brand{
		{"Aurelia Peak", 129, []string{"64"}},
		{"Kestrel & Vane", 340, []string{"91", "42"}},
		{"Norrland Audio", 210, nil},
	}
}

// branded is an article of a brand: the brand as sellers spell it, its number.
type branded struct {
	brand             *Brand
	spelled, hs, what string
}

func brandedGoods(r dice) branded {
	brands := Brands()
	return pick(r, []branded{
		{&brands[0], "Aurelia Peak", "6404.11.9020", "Running shoes"},
		{&brands[0], "AURELIA PEAK", "6403.99.6030", "Walking boots, leather"},
		{&brands[1], "Kestrel & Vane", "9102.11.2510", "Wrist watch, quartz"},
		{&brands[1], "kestrel & vane", "4202.21.9000", "Handbag, leather"},
		{&brands[2], "Norrland Audio", "8518.30.2000", "Headphones, wireless"},
	})
}

// sell makes the order one of branded goods at a share of the reference price, in percent.
func (d *draft) sell(g *branded, percent int64) {
	item := &d.order.Items[0]
	item.Brand, item.HSCode, item.Description = g.spelled, g.hs, g.what
	item.UnitValue = cents(g.brand.USD * percent)
	d.order.Currency, d.ship.Currency = "USD", "USD"
	d.order.Value = schemas.Decimal{E4: item.UnitValue.E4 * (item.Quantity.E4 / 10_000), Set: true}
	d.ship.HSCodes, d.ship.DeclaredValue, d.ship.ListedPrice = []string{g.hs}, d.order.Value, item.UnitValue
}

// wantGoods wants an order without a claim, which the goods would not fit.
func wantGoods(s *spec, _ dice) {
	s.claim, s.dest = false, "US"
}

// goodsCauses are what guides to counterfeits warn of.
var goodsCauses = []cause{
	{name: "brand at a low price", family: ofGoods, weight: 5, want: wantGoods, plant: func(d *draft) {
		g := brandedGoods(d.r)
		d.sell(&g, d.r.between(8, 45))
		d.add("IPR_LOW_PRICE")
	}},
	{name: "brand of a seller that nobody names", family: ofGoods, weight: 4, anonymous: true, want: wantGoods, plant: func(d *draft) {
		g := brandedGoods(d.r)
		d.sell(&g, d.r.between(75, 130))
		d.order.SellerID = ""
		d.add("IPR_SELLER_UNIDENTIFIED")
	}},
}
