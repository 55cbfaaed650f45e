package storetest

import (
	"maps"

	"github.com/heartline-monitor/heartline/pkg/event"
)

func is(dim event.Dimension, op event.Operator, values ...string) []term {
	return []term{{dim, op, values}}
}

// selectors are filters on every dimension with every operator, and on texts.
var selectors = map[string]selector{
	"all":                        {},
	"one direction":              {conditions: is(event.Direction, event.OneOf, "storage")},
	"two directions":             {conditions: is(event.Direction, event.OneOf, "storage", "许可证")},
	"not a direction":            {conditions: is(event.Direction, event.NoneOf, "storage")},
	"directions by expression":   {conditions: is(event.Direction, event.Matches, `LSF|许.*`)},
	"not by expression":          {conditions: is(event.Direction, event.MatchesNot, `.S.`)},
	"expressions are anchored":   {conditions: is(event.Direction, event.Matches, `torag`)},
	"item in all directions":     {conditions: is(event.Item, event.OneOf, "check_disk")},
	"item in one direction":      {conditions: is(event.Item, event.OneOf, "storage/check_disk")},
	"not an item":                {conditions: is(event.Item, event.NoneOf, "check_disk")},
	"not an item of one":         {conditions: is(event.Item, event.NoneOf, "storage/check_disk", "检查.许可证")},
	"items by expression":        {conditions: is(event.Item, event.Matches, `check_.*|许可证/.*`)},
	"no items by expression":     {conditions: is(event.Item, event.MatchesNot, `.*disk|storage/.*`)},
	"direction and item":         {conditions: append(is(event.Direction, event.OneOf, "LSF", "storage"), term{event.Item, event.OneOf, []string{"check_quota", "check_disk"}})},
	"contradiction":              {conditions: append(is(event.Direction, event.OneOf, "LSF"), term{event.Direction, event.OneOf, []string{"storage"}})},
	"nothing is one of none":     {conditions: is(event.Item, event.OneOf)},
	"everything is not of none":  {conditions: is(event.Item, event.NoneOf)},
	"admin":                      {conditions: is(event.Admin, event.OneOf, "ann", "zoë")},
	"not an admin":               {conditions: is(event.Admin, event.NoneOf, "ann")},
	"several admins":             {conditions: is(event.Admin, event.OneOf, "zoë ann.x")},
	"admin by expression":        {conditions: is(event.Admin, event.Matches, `张.`)},
	"admin and direction":        {conditions: append(is(event.Admin, event.OneOf, "ann"), term{event.Direction, event.OneOf, []string{"LSF"}})},
	"host":                       {conditions: is(event.Host, event.OneOf, "nas01", "hpc02")},
	"not a host":                 {conditions: is(event.Host, event.NoneOf, "nas01")},
	"host by expression":         {conditions: is(event.Host, event.Matches, `服务器\d|hpc.*`)},
	"not a host by expression":   {conditions: is(event.Host, event.MatchesNot, `hpc.*`)},
	"level":                      {conditions: is(event.Level, event.OneOf, "Error", "Fatal")},
	"level in another case":      {conditions: is(event.Level, event.OneOf, "error")},
	"not a level":                {conditions: is(event.Level, event.NoneOf, "Info")},
	"level by expression":        {conditions: is(event.Level, event.Matches, `(?i)err.*|notice`)},
	"not a level by expression":  {conditions: is(event.Level, event.MatchesNot, `[DI].*`)},
	"receiver":                   {conditions: is(event.Receiver, event.OneOf, "ann")},
	"two receivers":              {conditions: is(event.Receiver, event.OneOf, "bob", "张伟")},
	"not a receiver":             {conditions: is(event.Receiver, event.NoneOf, "ann")},
	"receiver by expression":     {conditions: is(event.Receiver, event.Matches, `z.*|张.`)},
	"not by expression either":   {conditions: is(event.Receiver, event.MatchesNot, `a.*`)},
	"send result":                {conditions: is(event.SendResult, event.OneOf, "FAILED")},
	"not a send result":          {conditions: is(event.SendResult, event.NoneOf, "PASSED")},
	"send result by expression":  {conditions: is(event.SendResult, event.Matches, `F.*|Q.*`)},
	"not a result by expression": {conditions: is(event.SendResult, event.MatchesNot, `P.*`)},
	"text in any case":           {text: "dIsK fUlL"},
	"text in Chinese":            {text: "磁盘使用率"},
	"text with other letters":    {text: "ärger"},
	"text with special letters":  {text: `back\s`},
	"text over a line break":     {text: "line\nb"},
	"text like a pattern":        {text: "95%"},
	"text nowhere":               {text: "nowhere to be found"},
	"expression":                 {text: `/^Disk (full|FULL)/`},
	"expression in any case":     {text: `/^disk full/i`},
	"expression in Chinese":      {text: `/磁.{2}用率 \d+%/`},
	"level and text": {
		conditions: append(is(event.Level, event.OneOf, "Error", "Fatal", "Warning"), term{event.Direction, event.NoneOf, []string{"LSF"}}), text: "磁盘",
	},
	"receiver, result and text": {
		conditions: append(is(event.Receiver, event.Matches, "a.*|b.*"), term{event.SendResult, event.OneOf, []string{"PASSED"}}), text: "disk",
	},
}

// selectors are all of them, or a few where a world is for something else.
func (tr trial) selectors() map[string]selector {
	few := maps.Clone(selectors)
	maps.DeleteFunc(few, func(name string, _ selector) bool {
		return tr.zoned && name != "all" && name != "level and text" && name != "not a receiver"
	})
	return few
}
