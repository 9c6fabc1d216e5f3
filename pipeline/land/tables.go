package land

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/schemas"
)

// tableSet is the inserts in the making of one writer, which owns it. newTableSet is the
// one place where a topic is given its tables.
type tableSet struct {
	all     []*table // in the order of their inserts
	byTopic map[string]chooser
	letters *table // of dead letters, about which no further letter is written
}

// chooser is the table that a record of its topic goes to.
type chooser func(*kgo.Record) (*table, error)

func newTableSet(cfg *Config, deps *Deps) *tableSet {
	topics := &cfg.Topics
	s := &tableSet{byTopic: map[string]chooser{}}
	s.single(topics.Decisions, newDecisions())
	s.single(topics.PreReviews, newPreReviews())
	s.letters = s.single(topics.DeadLetters, newLetters(cfg.ClickHouse.DeadLetterBytes))
	s.single(topics.Shadow, newDifferences())
	s.single(topics.Dispositions, newDispositions(deps.Dispositions()))
	rollups := newGrainTables()
	s.several(topics.Rollups, rollups.of, rollups.all()...)
	return s
}

// single gives a topic one table. A topic without a name is not read.
func (s *tableSet) single(topic string, t *table) *table {
	s.several(topic, func(*kgo.Record) (*table, error) { return t, nil }, t)
	return t
}

// several gives a topic tables among which each record chooses.
func (s *tableSet) several(topic string, choose chooser, tables ...*table) {
	if topic == "" {
		return
	}
	s.byTopic[topic] = choose
	s.all = append(s.all, tables...)
}

// add appends a record to its table. The error says why the record is unreadable.
func (s *tableSet) add(r *kgo.Record) error {
	choose := s.byTopic[r.Topic]
	if choose == nil {
		return &schemas.FieldError{Field: "topic", Value: r.Topic, Allowed: "a topic that is landed"}
	}
	t, err := choose(r)
	if err != nil {
		return err
	}
	return t.add(r)
}

func (s *tableSet) reset() {
	for _, t := range s.all {
		t.reset()
	}
}
