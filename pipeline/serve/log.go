package serve

import (
	"fmt"
	"io"
	"log/slog"
)

// NewLogger makes the process's logger: level is debug, info, warn or error, format
// text or json. Every line carries the instance, unless it is empty.
func NewLogger(w io.Writer, level, format, instance string) (*slog.Logger, error) {
	var least slog.Level
	switch level {
	case "debug", "info", "warn", "error":
		_ = least.UnmarshalText([]byte(level)) // these four are its names
	default:
		return nil, fmt.Errorf("log level %q: debug, info, warn or error is allowed", level)
	}
	options := &slog.HandlerOptions{Level: least}
	var handler slog.Handler
	switch format {
	case "text":
		handler = slog.NewTextHandler(w, options)
	case "json":
		handler = slog.NewJSONHandler(w, options)
	default:
		return nil, fmt.Errorf("log format %q: text or json is allowed", format)
	}
	logger := slog.New(handler)
	if instance != "" {
		logger = logger.With("instance", instance)
	}
	return logger, nil
}
