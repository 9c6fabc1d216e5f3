// Package source makes Grafana's dashboards out of short YAML files in which the SQL can be
// read: deploy/grafana/boards/NAME.yaml becomes deploy/grafana/dashboards/NAME.json, by
// `make generate`. What all panels of a kind have in common stands here once, so that they
// look and behave alike; what differs stands in the file.
package source
