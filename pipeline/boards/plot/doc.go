// Package plot draws dashboards as pages of HTML and SVG that need nothing else, from the
// results that their queries have: to look at them where there is no Grafana. It follows
// what a panel says of its kind, unit, colours, stacking and names, and draws nothing that
// the result does not hold. It is no Grafana: panels on Prometheus are only named.
package plot
