package truth

import "github.com/clearlane/clearlane/schemas"

// trafficCauses are anomalies of the visit. A single one proves nothing.
var trafficCauses = []cause{
	{name: "order seconds after the click", family: ofLabels, weight: 5, want: func(s *spec, r dice) {
		onNetworks(adNetworks...)(s, r)
		s.lead = schemas.Time(r.between(2_000, 9_500))
	}, plant: func(d *draft) { d.add("TRAFFIC_TOO_FAST") }},
	{name: "order months after the click", family: ofLabels, weight: 4, late: true, want: func(s *spec, r dice) {
		onNetworks(adNetworks...)(s, r)
		s.lead = schemas.Time(r.between(91*dayMs, 150*dayMs))
	}, plant: func(d *draft) { d.add("TRAFFIC_TOO_LATE") }},
	{name: "robot", family: ofLabels, weight: 6, want: onNetworks(paidNames...), plant: func(d *draft) {
		d.click.UserAgent = pick(d.r, robots)
		d.add("TRAFFIC_ROBOT")
	}},
	{name: "address of a hosting network", family: ofLabels, weight: 5, want: onNetworks(paidNames...), plant: func(d *draft) {
		d.click.IP = hostedAddress(d.r, d.spec.country)
		d.add("TRAFFIC_DATACENTER")
	}},
}

// robots are user agents as crawlers, monitors, libraries and driven browsers send them.
var robots = []string{
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	"AdsBot-Google (+http://www.google.com/adsbot.html)",
	"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36",
	"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
	"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
	"Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
	"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
	"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
	"python-requests/2.32.3", "curl/8.9.1", "Go-http-client/2.0", "Wget/1.24.5", "Scrapy/2.11.2 (+https://scrapy.org)", "Apache-HttpClient/4.5.14 (Java/17.0.12)",
	"Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
	"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; GPTBot/1.2; +https://openai.com/gptbot",
	"Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)", "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
	"Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
}
