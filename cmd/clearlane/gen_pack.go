package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/clearlane/clearlane/pipeline/truth"
	"github.com/clearlane/clearlane/scoring/policy"
)

// writeSetPack writes the built-in policy pack with the brands of a labelled set on its
// watch list: reference prices are no pack's to know, so the built-in one has none.
func writeSetPack(w io.Writer) error {
	const none = "\n  brands: []\n"
	pack := policy.DefaultBytes()
	if bytes.Count(pack, []byte(none)) != 1 {
		return errors.New("policy pack: the built-in one has no place for brands")
	}
	var list strings.Builder
	list.WriteString("\n  brands:\n")
	for _, b := range truth.Brands() {
		fmt.Fprintf(&list, "    - {name: %q, reference_price_usd: \"%d\", source: \"invented\"", b.Name, b.USD)
		if b.Chapters != nil {
			fmt.Fprintf(&list, ", hs_chapters: [\"%s\"]", strings.Join(b.Chapters, `", "`))
		}
		list.WriteString("}\n")
	}
	pack = bytes.Replace(pack, []byte(none), []byte(list.String()), 1)
	if _, err := policy.Parse(pack); err != nil {
		return err
	}
	_, err := w.Write(pack)
	return err
}
