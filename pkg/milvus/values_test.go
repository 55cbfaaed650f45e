package milvus_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

func family(t *testing.T, name string) milvus.Family {
	t.Helper()
	r, err := milvus.Load("2.6.8")
	require.NoError(t, err)
	i := slices.IndexFunc(r.Families(), func(f milvus.Family) bool { return f.Name == name })
	require.GreaterOrEqual(t, i, 0, name)
	return r.Families()[i]
}

func TestValuesAreThoseOfTheFamilyBeforeThoseOfTheLabel(t *testing.T) {
	requests := family(t, "milvus_proxy_req_count")
	require.Equal(t, []string{"total", "success", "fail", "abandon", "retry", "rejected", "cancel"}, requests.Values("status"))
	require.Contains(t, requests.Values("function_name"), "HybridSearch")
	require.Equal(t, []string{"before", "after", "mock"}, family(t, "milvus_proxy_hook_func_count").Values("function_name"))
	require.Nil(t, family(t, "milvus_proxy_function_udf_call_latency").Values("function_name"), "users name their functions")
	require.Nil(t, requests.Values("collection_name"))
	require.Nil(t, requests.Values("query_type"), "a label that it does not have")
}

func TestEveryListOfValuesIsForALabelThatSomeReleaseHas(t *testing.T) {
	labels, families := map[string]bool{}, map[string][]string{}
	for _, version := range milvus.Versions {
		r, err := milvus.Load(version)
		require.NoError(t, err)
		for _, f := range r.Families() {
			families[f.Name] = append(families[f.Name], f.Labels...)
			for _, l := range f.Labels {
				labels[l] = true
			}
		}
	}
	var lists struct {
		Labels   map[string][]string
		Families map[string]map[string][]string
	}
	body, err := os.ReadFile("values.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &lists))
	for l, values := range lists.Labels {
		require.True(t, labels[l], l)
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(values))), len(values), l)
	}
	for name, own := range lists.Families {
		for l := range own {
			require.Contains(t, families[name], l, name)
		}
	}
}

// Each status has a meaning of its own in each family: a list for all would be wrong.
func TestEveryStatusHasItsOwnList(t *testing.T) {
	for _, version := range milvus.Versions {
		r, err := milvus.Load(version)
		require.NoError(t, err)
		for _, f := range r.Families() {
			if slices.Contains(f.Labels, "status") {
				require.NotEmpty(t, f.Values("status"), f.Name)
			}
		}
	}
}
