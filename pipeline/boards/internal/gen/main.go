// Command gen writes deploy/grafana/dashboards. It runs in pipeline/boards (go generate).
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/clearlane/clearlane/pipeline/boards/source"
)

const grafana = "../../deploy/grafana"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "boards:", err)
		os.Exit(1)
	}
}

func run() error {
	made, err := source.Generate(os.DirFS(filepath.Join(grafana, "boards")))
	if err != nil {
		return err
	}
	for name, content := range made {
		if err := os.WriteFile(filepath.Join(grafana, "dashboards", name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
