package main

import (
	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/serve"
)

func newMetrics(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "metrics",
		Short: "Print every metric with its meaning, as a table in Markdown",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return serve.WriteReference(a.out) },
	}
}
