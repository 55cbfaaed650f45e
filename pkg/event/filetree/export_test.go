package filetree

// Sums is how many sums of days a store keeps.
func Sums(s *Store) (n int) {
	for e := s.counts.order.Front(); e != nil; e = e.Next() {
		if e.Value.(*cached).parts != nil {
			n++
		}
	}
	return n
}
