package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func newRun(a *app) *cobra.Command {
	var acceptGap bool
	var profile profiles
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the roles of the configuration until told to stop",
		Long: "Runs the roles of the configuration: score joins and decides, land writes ClickHouse, serve answers /metrics, " +
			"/healthz and /readyz. Kafka or ClickHouse away is waited for. SIGTERM or SIGINT ends it: it takes nothing more in, " +
			"commits what it has, writes its state and leaves the group, after stop_timeout at the latest. SIGHUP reads policy.file, policy.shadow, " +
			"geo.file and geo.asn_file again. Processes of one " +
			"kafka.group share the partitions; each has a data_dir of its own.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.config()
			if err != nil {
				return err
			}
			log, err := a.logger(&c)
			if err != nil {
				return err
			}
			reload := make(chan os.Signal, 1)
			signal.Notify(reload, syscall.SIGHUP)
			defer signal.Stop(reload)
			p := &process{cfg: c, log: log, acceptGap: acceptGap, now: a.now, reload: reload}
			return profile.around(func() error { return p.run(cmd.Context()) })
		},
	}
	cmd.Flags().BoolVar(&acceptGap, "accept-gap", false, "go on although records that the local state needs are gone from Kafka")
	cmd.Flags().StringVar(&profile.cpu, "cpuprofile", "", "write a profile of the CPU to this file when the process ends, for go tool pprof; costs about 1 % of the CPU")
	cmd.Flags().StringVar(&profile.memory, "memprofile", "", "write a profile of allocations to this file when the process ends, for go tool pprof")
	return cmd
}
