// Package label says what the labels of a click say: its campaign parameters, its
// click and pixel ids, its channel, and what is false about them as far as the
// click alone shows it. It knows no policy pack: the facts are derived once, when
// the click is taken in, and kept with the order.
//
// It imports schemas, reason and geo.
package label

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Version names the rules and source lists that Derive applies. It stands in the
// evidence of a decision and changes whenever the same click may give other features.
const Version = "labels-2026.11.3"

// Features are the facts of one click. They hold no IP, user agent, fbp, fbc, click
// id value or URL. Strings alias what they were derived or read from: the click and
// the features' own memory, or the bytes given to ReadFeatures.
type Features struct {
	ClickID         string
	EventTime       schemas.Time
	SiteHost        string
	Targets         []string    // target_countries as sent
	Country         string      // of the click's address, ISO 3166-1 alpha-2; empty is unknown
	GeoBuild        uint32      // build time of the country database asked, Unix seconds; 0: none was asked
	UTM             schemas.UTM // as sent, else parsed from the landing URL and decoded
	FacebookPixelID string
	BingCampaignID  string
	IDs             IDSet   // click ids present, whatever their value
	Source          Network // of utm_source
	Referrer        Network // of the referrer's host; NetworkNone without a referrer
	ReferrerKind    Kind    // of the referrer's host
	Notes           Note    // what a rule must know to tell unknown from not so
	Channel         Channel // GA4 default channel group
	Findings        []reason.Finding

	memory *deriver // of Derive; nil where only ReadFeatures was used
}

// Note is what was seen about a click that is no finding by itself. Its bits stand in
// stored features and never change.
type Note uint8

// The notes.
const (
	NoteAgent         Note = 1 << iota // the user agent is stated
	NoteNetworksAsked                  // a database of networks was asked
	NoteNetwork                        // it knows the network of the address
	NoteIDsStripped                    // a paid click without an id, as privacy tools leave it
)

// Has is true when all of notes are made.
func (n Note) Has(notes Note) bool { return n&notes == notes }

// Class is how sure it is that a click's labels are false.
type Class uint8

// The classes. ClassClean is a click without a finding.
const (
	ClassNone Class = iota // no click
	ClassClean
	ClassDrift
	ClassLikely
	ClassCertain
)

var classNames = [...]string{"none", "clean", "drift", "likely", "certain"}

// String is the value of the label_class dimension.
func (c Class) String() string { return classNames[c] }

// ClassOf is the class of a label code, ClassClean for any other code.
func ClassOf(c reason.Code) Class {
	switch {
	case c >= reason.LabelMacroUnexpanded && c <= reason.LabelParameterConflict:
		return ClassCertain
	case c >= reason.LabelClickIDsConflict && c <= reason.LabelReferrerConflict:
		return ClassLikely
	case c == reason.LabelDrift:
		return ClassDrift
	}
	return ClassClean
}

// Class is the strictest class among the click's findings.
func (f *Features) Class() Class {
	class := ClassClean
	for i := range f.Findings {
		class = max(class, ClassOf(f.Findings[i].Code))
	}
	return class
}

// reset empties f and keeps its slices' memory.
func (f *Features) reset() {
	*f = Features{Targets: f.Targets[:0], Findings: f.Findings[:0], memory: f.memory}
}

// HasMacro is true when the value of a field is a macro that was left unexpanded.
func (f *Features) HasMacro(field string) bool {
	for i := range f.Findings {
		if f.Findings[i].Code == reason.LabelMacroUnexpanded && f.Findings[i].Field == field {
			return true
		}
	}
	return false
}
