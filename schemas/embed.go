package schemas

import "embed"

//go:generate go run ./internal/gen

// JSONSchemas holds the JSON Schema (draft 2020-12) of every message, as
// jsonschema/ad_click.json and so on. They describe what the codecs take and write.
//
//go:embed jsonschema/*.json
var JSONSchemas embed.FS

// Protos holds the Protobuf definitions, as proto/clearlane/v1/ad_click.proto and so on.
//
//go:embed proto/clearlane/v1/*.proto
var Protos embed.FS
