package filetree

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

const (
	dayLayout  = "20060102"
	daySeconds = 86_400
	// slack is how far beyond its day the lines of a day file may reach: writers
	// that name the file and take the time at two moments, clocks set back.
	slack = 2 * 3_600
	// probed is up to how many days are looked for by name; for more the folder
	// is listed, which costs as much as the folder has files.
	probed = 45
)

// dayFile is one day file that exists.
type dayFile struct {
	item item
	kind event.Kind
	day  int64  // days since 1970-01-01
	path string // below the root
	info fs.FileInfo
}

func dayName(day int64) string {
	return time.Unix(day*daySeconds, 0).UTC().Format(dayLayout)
}

// dayOf reads the name of a day file; other files are none of ours.
func dayOf(name string) (int64, bool) {
	t, err := time.Parse(dayLayout, name)
	return t.Unix() / daySeconds, err == nil && len(name) == len(dayLayout)
}

// stamps are the wall clock readings at the ends of a range.
func (s *Store) stamps(r event.Range) (from, to wallclock.Stamp) {
	return wallclock.StampOf(r.From, s.zone), wallclock.StampOf(r.To, s.zone)
}

// seconds are the first and the last whole Unix second of a range.
func seconds(r event.Range) (from, to int64) {
	return r.From.Add(time.Second - time.Nanosecond).Unix(), r.To.Unix()
}

// days lists the day files of an item in which events of the range may stand,
// ascending.
func (s *Store) days(root *os.Root, it item, kind event.Kind, r event.Range, problems *event.Problems) []dayFile {
	from, to := s.stamps(r)
	first, last := floorDay(from-slack), floorDay(to+slack)
	folder := path.Join(it.path(), string(kind))
	sub, err := root.OpenRoot(folder + "/") // the slash refuses a pipe, which would wait for its writer
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			problems.Add(event.Problem{What: reason(err), Where: folder, Lost: true})
		}
		return nil
	}
	defer func() { _ = sub.Close() }()
	candidates, err := candidateDays(sub, first, last)
	if err != nil {
		problems.Add(event.Problem{What: reason(err), Where: folder, Lost: true})
		return nil
	}
	var files []dayFile
	for _, day := range candidates {
		name := dayName(day)
		f := dayFile{item: it, kind: kind, day: day, path: path.Join(folder, name)}
		f.info, err = sub.Stat(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			// A link to a file elsewhere in the tree is followed from the root.
			f.info, err = root.Stat(f.path)
		}
		switch {
		case err == nil && f.info.Mode().IsRegular():
			files = append(files, f)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			problems.Add(event.Problem{What: reason(err), Where: f.path, Lost: true})
		}
	}
	return files
}

func floorDay(s wallclock.Stamp) int64 { return int64(s.Floor(daySeconds) / daySeconds) }

// candidateDays are the days from first to last that may have a file.
func candidateDays(folder *os.Root, first, last int64) ([]int64, error) {
	if last-first < probed {
		var days []int64
		for day := first; day <= last; day++ {
			days = append(days, day)
		}
		return days, nil
	}
	return listDays(folder, first, last)
}

func listDays(folder *os.Root, first, last int64) ([]int64, error) {
	dir, err := folder.Open(".")
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var days []int64
	for _, name := range names {
		if day, ok := dayOf(name); ok && day >= first && day <= last {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	return days, nil
}

// openFile is a day file opened for one request.
type openFile struct {
	*os.File
	span     dayfile.Span
	disorder wallclock.Stamp // see measure
}

// openDay opens a day file. Its span is what it holds now: what is appended
// later is for a later request.
func openDay(root *os.Root, f dayFile) (*openFile, error) {
	file, err := root.Open(f.path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return &openFile{File: file, span: dayfile.Span{To: info.Size(), EOF: true}}, nil
}

// measure finds out how far out of order the file's lines are: exactly where
// they were counted, else from a look at some.
func (s *Store) measure(ctx context.Context, f dayFile, open *openFile) (err error) {
	if known := s.counts.get(f.path, f.info); known != nil && f.info.Size() == open.span.To {
		open.disorder = known.Disorder
		return nil
	}
	open.disorder, err = dayfile.Disorder(ctx, open, open.span)
	return err
}

// kindSchema is how the lines of a kind are read.
func kindSchema(kind event.Kind) dayfile.Schema {
	switch kind {
	case event.Logs:
		return dayfile.Log
	case event.Alarms:
		return dayfile.Alarm
	}
	return dayfile.Heartbeat
}

// note turns what a walk met into problems.
func note(problems *event.Problems, where string, stats dayfile.Stats) {
	if stats.Unreadable > 0 {
		problems.Add(event.Problem{What: plural(stats.Unreadable, "unreadable line"), Where: where, Count: stats.Unreadable})
	}
	if stats.Cut > 0 {
		problems.Add(event.Problem{What: plural(stats.Cut, "line") + " cut at 4 MiB", Where: where, Count: stats.Cut})
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return what
	}
	return what + "s"
}
