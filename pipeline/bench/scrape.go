package bench

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Scrape reads a page in Prometheus' text format: the samples of each metric added up
// under its name, and those with labels under name and labels too.
func Scrape(r io.Reader) (map[string]float64, error) {
	sums := map[string]float64{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		space := strings.LastIndexByte(line, ' ')
		if space < 0 {
			return nil, fmt.Errorf("metrics: line %q", line)
		}
		value, err := strconv.ParseFloat(line[space+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("metrics: line %q: %w", line, err)
		}
		name, _, labels := strings.Cut(line[:space], "{")
		sums[name] += value
		if labels {
			sums[line[:space]] = value
		}
	}
	return sums, lines.Err()
}
