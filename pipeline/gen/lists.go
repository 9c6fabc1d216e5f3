package gen

import (
	"time"

	"github.com/clearlane/clearlane/schemas"
)

// The words that events are made of. Hosts end in .example and addresses come from
// the ranges kept for documentation (RFC 5737, RFC 3849), so that no country
// database has an opinion about them: the click's country stays unknown.

var platforms = []string{"Shopline", "Shoplazza", "Shopify", "Ueeshop", "XShoppy", "AllValue", "Shopyy", "WooCommerce", "BigCommerce"}

var shopWords = []string{"lumen", "harbor", "cedar", "north", "velvet", "pixel", "orbit", "maple", "river", "stone", "amber", "willow", "summit", "breeze", "copper", "indigo"}

var shopGoods = []string{"home", "outdoor", "lighting", "tools", "apparel", "audio", "kitchen", "garden", "fitness", "parts"}

var sellerCountries = []string{"CN", "CN", "CN", "HK", "VN", "MX", "CA", "US", "TR"}

type product struct {
	slug, description, hs string
	cents                 int64 // unit price of the cheapest
}

var products = []product{
	{"led-floor-lamp", "LED floor lamp, dimmable", "9405.21.6010", 2990},
	{"camping-chair", "Folding camping chair, aluminium", "9401.79.0011", 2450},
	{"steel-bottle", "Stainless steel vacuum bottle 750 ml", "9617.00.1000", 1290},
	{"yoga-mat", "Natural rubber yoga mat", "9506.91.0030", 1890},
	{"cotton-tee", "T-shirt, knitted, cotton", "6109.10.0012", 990},
	{"brake-pads", "Brake pads for passenger cars, set of four", "8708.30.5030", 3350},
	{"garden-shears", "Garden shears with forged blades", "8201.50.0000", 1650},
	{"usb-c-hub", "USB-C hub, seven ports", "8471.80.9000", 2190},
	{"oak-shelf", "Wall shelf, solid oak", "9403.60.8081", 4490},
	{"silicone-set", "Kitchen utensil set, silicone", "3924.10.4000", 1490},
	{"wool-blanket", "Blanket, woven, wool", "6301.20.0010", 5590},
	{"hand-drill", "Cordless drill, 18 V", "8467.21.0010", 6990},
}

// Ports of the pilot, in Schedule D and in UN/LOCODE, and ports outside it.
var (
	pilotPorts = []string{"2704", "2704", "2709", "2720", "2770", "2773", "2776", "1001", "4601", "1003", "1012", "4701", "1068", "1078", "3901", "3901", "3991",
		"USLAX", "USLGB", "USNYC", "USEWR", "USJFK", "USCHI", "USORD"}
	otherPorts = []string{"3903", "2722", "5301", "1703", "3001", "5201", "1401", "3801", "2604", "2304", "USSEA", "USSAV", "USHOU", "USMIA"}
)

// countedUnder is the Schedule D code of a UN/LOCODE: seaports as such, airports as the
// code they enter goods under.
var countedUnder = map[string]string{
	"USLAX": "2704", "USLGB": "2709", "USNYC": "1001", "USEWR": "4601", "USJFK": "4701", "USCHI": "3901", "USORD": "3901",
}

var (
	euCountries   = []string{"DE", "FR", "NL", "ES", "IT", "PL"}
	otherAbroad   = []string{"GB", "CA", "AU", "JP"}
	usTargets     = [][]string{{"US"}, {"US"}, {"US"}, {"US", "CA"}, {"CA", "MX", "US"}, {"GB", "US"}}
	awayFromUS    = [][]string{{"DE"}, {"DE", "FR"}, {"EU"}, {"GB"}, {"CA"}, {"AU", "NZ"}, {"EU", "GB"}, {"JP"}}
	usmcaOrigins  = []string{"MX", "MX", "CA"}
	otherOrigins  = []string{"CN", "CN", "CN", "VN", "MX", "IN"}
	otherCurrency = []string{"CNY", "EUR", "MXN", "GBP"}
)

var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
	"Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
}

var carriers = [][2]string{{"MATSON", "OCEAN"}, {"COSCO", "OCEAN"}, {"FEDEX", "AIR"}, {"UPS", "AIR"}, {"DHL", "AIR"}, {"SCHNEIDER", "TRUCK"}}

var dispositionCodes = []string{"1A", "1B", "1C", "1H", "2H", "4A", "5H", "7H", "HELD", "EXAMINED", "RELEASED"}

// day is a calendar day as a Date.
func day(y int, m time.Month, d int) schemas.Date {
	return schemas.Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// dayOf is the day of an instant.
func dayOf(ms int64) schemas.Date { return schemas.Date(ms / 86_400_000) }

// cents is an amount of hundredths.
func cents(c int64) schemas.Decimal { return schemas.Decimal{E4: c * 100, Set: true} }
