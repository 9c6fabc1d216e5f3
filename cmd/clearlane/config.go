package main

import (
	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/config"
)

func newConfig(a *app) *cobra.Command {
	var effective bool
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Print every setting with its default and meaning, as a configuration file",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if !effective {
				return config.WriteReference(a.out)
			}
			c, err := a.config()
			if err != nil {
				return err
			}
			return config.WriteEffective(a.out, c)
		},
	}
	cmd.Flags().BoolVar(&effective, "effective", false, "print the configuration in force instead, secrets hidden")
	return cmd
}
