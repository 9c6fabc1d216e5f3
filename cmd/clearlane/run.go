package main

import (
	"github.com/spf13/cobra"
)

func newRun(a *app) *cobra.Command {
	var acceptGap bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the roles of the configuration until told to stop",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			log, err := a.logger(&c)
			if err != nil {
				return err
			}
			p := &process{cfg: c, log: log, acceptGap: acceptGap}
			return p.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&acceptGap, "accept-gap", false, "go on although records that the local state needs are gone from Kafka")
	return cmd
}
