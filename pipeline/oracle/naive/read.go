package naive

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/clearlane/clearlane/pipeline/record"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/host"
)

// inputs is all that was read.
type inputs struct {
	orders  map[orderKey][]*event
	letters map[Place]Letter
	sites   map[site]*schemas.SellerSite
	ends    map[string][]int64
	records int
	days    map[Day]Read
}

type orderKey struct {
	partition int32
	key       string
}

// site is a seller's site, its host in the form that hosts are compared in.
type site struct{ seller, host string }

func read(ctx context.Context, log Log, s *Settings) (*inputs, error) {
	in := &inputs{orders: map[orderKey][]*event{}, letters: map[Place]Letter{}, sites: map[site]*schemas.SellerSite{}, ends: map[string][]int64{}, days: map[Day]Read{}}
	if s.SellerSites != "" {
		if err := in.readSites(ctx, log, s); err != nil {
			return nil, err
		}
	}
	for topic, kind := range s.Inputs {
		ends, err := log.ReadAll(ctx, topic, func(partition int32, r *record.Record) error {
			in.records++
			key, value := bytes.Clone(r.Key), bytes.Clone(r.Value)
			e, code, field := s.take(kind, key, value, r.TimeMs)
			in.day(topic, partition, r.TimeMs, code != "")
			if code != "" {
				in.letters[Place{topic, partition, r.Offset}] = Letter{code, field, key, value}
				return nil
			}
			k := orderKey{partition, string(key)}
			in.orders[k] = append(in.orders[k], e)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("topic %s: %w", topic, err)
		}
		in.ends[topic] = ends
	}
	return in, nil
}

// readSites reads what is registered: of each key its newest record, and of several keys
// about one site the newest of these. An invalid record changes nothing.
func (in *inputs) readSites(ctx context.Context, log Log, s *Settings) error {
	type registered struct {
		at   int
		site *schemas.SellerSite
	}
	byKey, at := map[string]registered{}, 0
	_, err := log.ReadAll(ctx, s.SellerSites, func(_ int32, r *record.Record) error {
		key := string(r.Key)
		if key == "" {
			return nil
		}
		e := &schemas.SellerSite{}
		if r.Value != nil {
			if codec.NewDecoder(s.Events).SellerSite(bytes.Clone(r.Value), e) != nil {
				return nil
			}
		}
		if at++; r.Value == nil {
			delete(byKey, key)
		} else {
			byKey[key] = registered{at, e}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("topic %s: %w", s.SellerSites, err)
	}
	for _, r := range slices.SortedFunc(maps.Values(byKey), func(a, b registered) int { return a.at - b.at }) {
		in.sites[site{r.site.SellerID, host.Canonical(r.site.SiteHost)}] = r.site
	}
	return nil
}
