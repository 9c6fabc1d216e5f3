package layout

import (
	"reflect"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

func everyLayout() []*Layout {
	list := append(Inputs[1:len(Inputs):len(Inputs)], Outputs[:]...)
	list = append(list, Verdict)
	seen := map[*Layout]bool{}
	for i := 0; i < len(list); i++ {
		for _, f := range list[i].Fields {
			if f.Sub != nil && !seen[f.Sub] {
				seen[f.Sub] = true
				list = append(list, f.Sub)
			}
		}
	}
	return list
}

func TestLayoutIDsAreDense(t *testing.T) {
	ids := map[int]string{}
	for _, l := range everyLayout() {
		if other, taken := ids[l.ID]; taken && other != l.Name {
			t.Errorf("%s and %s have the ID %d", l.Name, other, l.ID)
		}
		ids[l.ID] = l.Name
		if l.ID >= Count {
			t.Errorf("%s has the ID %d of %d", l.Name, l.ID, Count)
		}
	}
	if len(ids) != Count {
		t.Errorf("%d layouts, Count is %d", len(ids), Count)
	}
}

func TestNumbersAndNamesAreUnique(t *testing.T) {
	for _, l := range everyLayout() {
		numbers := map[int32]bool{}
		for i, f := range l.Fields {
			if f.Num > 0 && numbers[f.Num] {
				t.Errorf("%s: number %d twice", l.Name, f.Num)
			}
			numbers[f.Num] = true
			if k := l.Find([]byte(f.Name)); k != i {
				t.Errorf("%s: Find(%s) = %d, want %d", l.Name, f.Name, k, i)
			}
			if k := l.ByNumber(f.Num); f.Num > 0 && k != i {
				t.Errorf("%s: ByNumber(%d) = %d, want %d", l.Name, f.Num, k, i)
			}
			if f.Doc == "" {
				t.Errorf("%s.%s has no doc", l.Name, f.Name)
			}
		}
		if l.Find([]byte("no_such_member")) >= 0 || l.ByNumber(5000) >= 0 {
			t.Errorf("%s: finds what it has not", l.Name)
		}
	}
}

// Every byte of a struct that means something belongs to exactly one member.
func TestEveryStructFieldHasItsMember(t *testing.T) {
	for _, l := range everyLayout() {
		members := map[uintptr]string{}
		for _, f := range l.Fields {
			if f.Kind == Const || f.Kind == Skip && f.Num == 0 {
				continue
			}
			if other := members[f.Offset]; other != "" {
				t.Errorf("%s: %s and %s lie at the same place", l.Name, other, f.Name)
			}
			members[f.Offset] = f.Name
		}
		for path, offset := range leaves(l.Type, "", 0) {
			if _, ok := members[offset]; !ok && path != "Present" {
				t.Errorf("%s: the field %s has no member", l.Name, path)
			}
			delete(members, offset)
		}
		for _, name := range members {
			t.Errorf("%s: the member %s lies at no field", l.Name, name)
		}
	}
}

// flat are the structs whose fields stand flat in the message around them.
var flat = map[reflect.Type]bool{
	reflect.TypeFor[schemas.UTM]():        true,
	reflect.TypeFor[schemas.Dimensions](): true,
	reflect.TypeFor[schemas.Cell]():       true,
	reflect.TypeFor[schemas.Funnel]():     true,
	reflect.TypeFor[schemas.Verdict]():    true,
	reflect.TypeFor[schemas.Opinion]():    true,
}

// apart is where a field of an inner struct is a member of the outer message.
func leaves(t reflect.Type, path string, offset uintptr) map[string]uintptr {
	all := map[string]uintptr{}
	for i := range t.NumField() {
		sf := t.Field(i)
		at := offset + sf.Offset
		switch {
		case t == reflect.TypeFor[schemas.Evidence]() && sf.Name == "InputTime":
			// A member of the decision itself, input_time_ms: checked there.
		case flat[sf.Type]:
			for p, o := range leaves(sf.Type, path+sf.Name+".", at) {
				all[p] = o
			}
		case sf.Type == reflect.TypeFor[schemas.Evidence]():
			all[path+sf.Name] = at
			inner, _ := sf.Type.FieldByName("InputTime")
			all[path+sf.Name+".InputTime"] = at + inner.Offset
		default:
			all[path+sf.Name] = at
		}
	}
	return all
}

// A member is named as its Go field, in snake case.
func TestNamesFollowTheGoFields(t *testing.T) {
	other := map[string]string{
		"Verdict.Dimensions.Port": "port", "Decision.ID": "decision_id", "PreReview.ID": "pre_review_id",
		"Decision.Evidence.InputTime": "input_time_ms", "PreReview.Evidence.InputTime": "input_time_ms",
		"Progress.Watermark": "watermark_ms",
		"Difference.ID":      "decision_id", "Difference.InputTime": "input_time_ms", "Difference.Hash": "difference_hash",
	}
	for _, l := range everyLayout() {
		for _, f := range l.Fields {
			if f.goField == "" {
				continue
			}
			want := other[l.Name+"."+f.goField]
			if want == "" {
				parts := strings.Split(f.goField, ".")
				want = strings.ToLower(parts[len(parts)-1])
				if len(parts) > 1 && (parts[0] == "UTM" || l == Difference) {
					want = strings.ToLower(parts[0]) + want
				}
			}
			if strings.ReplaceAll(f.Name, "_", "") != strings.ReplaceAll(want, "_", "") {
				t.Errorf("%s.%s is named %s", l.Name, f.goField, f.Name)
			}
		}
	}
}

// A name is told from all that differ from it in one byte, or are cut off.
func TestNamesAreToldByEveryByte(t *testing.T) {
	for _, l := range everyLayout() {
		for i := range l.Fields {
			f := &l.Fields[i]
			text := "," + f.Key
			if f.Kind == String {
				text += `"`
			}
			for _, behind := range []string{"", "1", `value that is longer than three words"`} {
				b := []byte(text + behind)
				if n, ok := f.Follows(b); !ok || n != len(text) {
					t.Errorf("%s is not known, or %d bytes of it", b, n)
				}
				for at := range text {
					b[at] ^= 1
					if _, ok := f.Follows(b); ok {
						t.Errorf("%s is taken for %s", b, f.Key)
					}
					b[at] ^= 1
				}
			}
			for n := range text {
				if _, ok := f.Follows([]byte(text[:n])); ok {
					t.Errorf("%s is taken for %s", text[:n], f.Key)
				}
			}
		}
	}
}
