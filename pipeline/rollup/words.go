package rollup

import (
	"encoding/binary"
)

// words are the texts that stand in marks as a number. They are here for size alone: any
// other text stands in full. Marks lie in local states, so what stands here stays in its
// place; new words are added at the end. Keys of cells hold no numbers of words, because
// a text may become a word after the cell was made.
var words = [...]string{
	// currencies
	"USD", "CAD", "MXN", "CNY", "EUR", "GBP", "HKD", "JPY",
	// classes of labels
	"certain", "likely", "drift", "clean", "none",
	// advertising networks
	"google", "meta", "microsoft", "tiktok", "other",
	// channel groups
	"Direct", "Cross-network", "Paid Shopping", "Paid Search", "Paid Social", "Paid Video", "Display", "Paid Other",
	"Organic Shopping", "Organic Social", "Organic Video", "Organic Search", "Email", "Affiliates", "Referral", "Audio",
	"SMS", "Mobile Push Notifications", "Unassigned",
	// platforms
	"Shopify", "Shopline", "Shoplazza", "WooCommerce", "BigCommerce", "Magento", "Ueeshop", "XShoppy", "AllValue",
	"Shopyy",
	// reasons
	"GEO_TARGET_MISMATCH", "GEO_CLICK_OUTSIDE_TARGET", "GEO_CLICK_SHIPPING_MISMATCH", "GEO_ORIGIN_INCONSISTENT",
	"LABEL_MACRO_UNEXPANDED", "LABEL_CLICKID_SOURCE_CONFLICT", "LABEL_ID_MALFORMED", "LABEL_ID_TIME_INVALID",
	"LABEL_FBC_CONFLICT", "LABEL_PIXEL_UNREGISTERED", "LABEL_CAMPAIGN_UNREGISTERED", "LABEL_PARAMETER_CONFLICT",
	"LABEL_CLICKIDS_CONFLICT", "LABEL_PAID_WITHOUT_CLICKID", "LABEL_ORGANIC_WITH_CLICKID", "LABEL_REFERRER_CONFLICT",
	"LABEL_DRIFT", "SITE_NOT_INTEGRATED", "ECERT_ID_MISSING", "ECERT_PENDING", "ECERT_UNVERIFIABLE", "ECERT_INVALID",
	"ECERT_REVOKED", "ECERT_EXPIRED", "ECERT_HS6_MISMATCH", "ECERT_ORIGIN_MISMATCH", "TRAFFIC_TOO_FAST",
	"TRAFFIC_TOO_LATE", "TRAFFIC_ROBOT", "TRAFFIC_DATACENTER", "CERT_MISSING", "CERT_ELEMENT_1_MISSING",
	"CERT_ELEMENT_2_MISSING", "CERT_ELEMENT_3_MISSING", "CERT_ELEMENT_4_MISSING", "CERT_ELEMENT_5_MISSING",
	"CERT_ELEMENT_6_MISSING", "CERT_ELEMENT_7_MISSING", "CERT_ELEMENT_8_MISSING", "CERT_ELEMENT_9_MISSING",
	"BLANKET_EXPIRED", "BLANKET_GT_12M", "HS6_MISMATCH", "ORIGIN_NOT_US_CA_MX", "SPI_WITHOUT_CERT", "CERT_AFTER_CLAIM",
	"ENTRY_321_SUSPENDED", "ENTRY_321_OVER_LIMIT", "ENTRY_WAREHOUSE_CONSIGNEE", "ENTRY_TYPE_RETIRED",
	"ENTRY_DATA_INCOMPLETE", "IPR_LOW_PRICE", "IPR_SELLER_UNIDENTIFIED",
}

// numbers are the places of the words.
var numbers = func() map[string]uint64 {
	m := make(map[string]uint64, len(words))
	for i, w := range words {
		m[w] = uint64(i)
	}
	return m
}()

// appendText appends a text that is no word by any chance worth looking for.
func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))<<1), s...)
}

// appendWord appends a text that may be a word.
func appendWord(dst []byte, s string) []byte {
	if n, known := numbers[s]; known {
		return binary.AppendUvarint(dst, n<<1|1)
	}
	return appendText(dst, s)
}

// text reads what appendText or appendWord has written. It aliases the reader's bytes,
// or is a word.
func (r *reader) text() string {
	n := r.uvarint()
	if n&1 == 0 {
		return r.take(n >> 1)
	}
	if n>>1 >= uint64(len(words)) {
		r.fail() // of a later release
		return ""
	}
	return words[n>>1]
}
