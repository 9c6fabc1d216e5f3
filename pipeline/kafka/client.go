package kafka

import "github.com/twmb/franz-go/pkg/kgo"

// ClientOptions are kgo's options for this connection: where to, as whom and how
// encrypted. For those who read or write topics besides the pipeline (tools, tests).
func (c Config) ClientOptions() ([]kgo.Opt, error) { return c.kgoOptions() }
