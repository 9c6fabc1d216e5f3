package main

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// dispositionReaders makes readers for the lander that take and refuse what a task takes
// and refuses: what is refused has its dead letter from the task.
func dispositionReaders(c *config.Config) func() land.DispositionReader {
	held := bounds(c)
	return func() land.DispositionReader {
		intake, taken := decide.NewIntake(held, nil), &join.Record{}
		return func(r *kgo.Record, d *schemas.Disposition) error {
			intake.Reset()
			in := record.Record{Key: r.Key, Value: r.Value, Offset: r.Offset, TimeMs: r.Timestamp.UnixMilli()}
			if _, err := intake.Take(schemas.KindDisposition, &in, taken); err != nil {
				return err
			}
			return codec.ReadDisposition(taken.Payload, d)
		}
	}
}
