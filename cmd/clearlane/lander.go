package main

import (
	"context"
	"fmt"
	"time"

	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/pipeline/serve"
)

// land runs the role until ctx ends and the batch in hand has landed.
func (p *process) land(ctx context.Context, metrics *serve.Metrics, health *serve.Health) error {
	cfg, err := landConfig(&p.cfg)
	if err != nil {
		return err
	}
	client, err := kafkaConn(&p.cfg.Kafka).ClientOptions()
	if err != nil {
		return err
	}
	lander, err := land.New(cfg, land.Deps{Kafka: client, Log: p.log, Observer: metrics, Version: buildVersion().short(),
		Dispositions: dispositionReaders(&p.cfg)})
	if err != nil {
		return err
	}
	component := health.Component("land")
	metrics.OnScrape(func(x *serve.Sample) {
		s := lander.Status()
		if s.Retrying {
			x.Waiting[serve.ForClickHouse] = time.Since(s.Since)
		}
		for _, l := range s.Lag {
			x.LandLag[l.Topic] += l.Records
		}
	})
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-watching.Done():
				return
			case <-tick.C:
				status := lander.Status()
				reportLander(status, component)
				if p.landed != nil {
					p.landed.Store(status.Rows)
				}
			}
		}
	}()
	return lander.Run(ctx)
}

func reportLander(s land.Status, c *serve.Component) {
	switch {
	case s.Retrying:
		c.Set(serve.Waiting, fmt.Sprintf("ClickHouse, since %s: %s", s.Since.UTC().Format(time.RFC3339), s.Error))
	case s.Kafka != "":
		c.Set(serve.Waiting, "Kafka: "+s.Kafka)
	case s.Ready:
		c.Set(serve.Ready, fmt.Sprintf("%d rows landed", s.Rows))
	}
}
