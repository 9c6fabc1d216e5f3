package truth

import (
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// The words that orders are made of.

var brandWords = []string{"lumen", "harbor", "cedar", "north", "velvet", "orbit", "maple", "river", "stone", "amber", "willow", "summit"}

var goodsWords = []string{"home", "outdoor", "lighting", "tools", "apparel", "audio", "kitchen", "garden", "fitness", "parts"}

// hostNames are internationalised names: as DNS has them, as people write them.
var hostNames = [][2]string{{"xn--bcher-kva", "bücher"}, {"xn--mnchen-3ya", "münchen"}, {"xn--caf-dma", "café"}}

var platforms = []string{"Shopline", "Shoplazza", "Shopify", "Ueeshop", "XShoppy", "AllValue", "Shopyy", "WooCommerce", "BigCommerce", "Magento"}

var sellerCountries = []string{"CN", "CN", "CN", "HK", "VN", "MX", "CA", "US", "TR"}

// campaignNames are the naming habits of agencies.
var campaignNames = []string{
	"%s-launch-%d", "%s_fall_%d", "[US] %s | Prospecting | %d", "%s 50%% off %d", "us-en~%s~%d", "%s+bundle+%d", "%s/evergreen/%d",
	"2026Q3:%s:%d", "%s (broad) %d", "%s & more %d", "%s;retarget;%d", "%s=best=%d", "Été %s %d", "%s–promo–%d", "%s_100%%_%d",
}

type product struct {
	slug, description, hs string
	cents                 int64
}

var products = []product{
	{"led-floor-lamp", "LED floor lamp, dimmable", "9405.21.6010", 2990},
	{"camping-chair", "Folding camping chair, aluminium", "9401.79.0011", 2450},
	{"steel-bottle", "Stainless steel vacuum bottle 750 ml", "9617.00.1000", 1290},
	{"yoga-mat", "Natural rubber yoga mat", "9506.91.0030", 1890},
	{"brake-pads", "Brake pads for passenger cars, set of four", "8708.30.5030", 3350},
	{"garden-shears", "Garden shears with forged blades", "8201.50.0000", 1650},
	{"usb-c-hub", "USB-C hub, seven ports", "8471.80.9000", 2190},
	{"oak-shelf", "Wall shelf, solid oak", "9403.60.8081", 4490},
	{"wool-blanket", "Blanket, woven, wool", "6301.20.0010", 5590},
	{"hand-drill", "Cordless drill, 18 V", "8467.21.0010", 6990},
}

// Ports of the pilot, and ports outside it, one of them with the same first digits.
var (
	pilotPorts = []string{"2704", "2704", "2709", "2720", "2770", "2773", "2776", "1001", "4601", "1003", "1012", "4701", "1068", "1078", "3901", "3901", "3991",
		"USLAX", "USLGB", "USNYC", "USEWR", "USJFK", "USCHI", "USORD"}
	otherPorts = []string{"3903", "2722", "5301", "1703", "3001", "5201", "1401", "3801", "2604", "2304", "2711", "4602", "1017"}
)

var (
	usmcaOrigins = []string{"MX", "MX", "CA"}
	otherOrigins = []string{"CN", "CN", "CN", "VN", "IN", "TR"}
	abroad       = []string{"DE", "FR", "NL", "ES", "IT", "PL", "GB", "AU", "JP"}
	currencies   = []string{"USD", "USD", "USD", "USD", "CNY", "EUR", "MXN"}
)

var browsers = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
	"Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
}

// The days from which on, or until which, the measures are judged.
var (
	pilotFrom        = day(2026, 6, 1)  // announced
	ecertFrom        = day(2026, 6, 27) // in force
	certFrom         = day(2021, 7, 1)  // 19 CFR part 182
	suspendedFrom    = day(2025, 5, 2)  // of goods of China and Hong Kong (E.O. 14256)
	allSuspendedFrom = day(2025, 8, 29) // of all goods (E.O. 14324)
	limitFrom        = day(2016, 3, 10) // 800 dollars (Public Law 114-125)
	rulingFrom       = day(2020, 7, 28) // H290219
	dataFrom         = day(2019, 8, 22) // Section 321 Data Pilot (84 FR 35405)
	dataEnded        = day(2025, 9, 1)  // its end: still worth knowing, no longer asked for
)

// day is a calendar day as a Date.
func day(y int, m time.Month, d int) schemas.Date {
	return schemas.Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

const dayMs = 86_400_000

// dayOf is the day of an instant.
func dayOf(t schemas.Time) schemas.Date { return schemas.Date(int64(t) / dayMs) }

// cents is an amount of hundredths.
func cents(c int64) schemas.Decimal { return schemas.Decimal{E4: c * 100, Set: true} }

// hs6 is the first six digits of a product's number.
func hs6(hs string) string { return hs[:4] + hs[5:7] }
