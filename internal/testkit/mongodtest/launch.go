package mongodtest

// Launch starts one server for a program other than a test, such as a benchmark.
// It ends with the program, or earlier by Stop.
func Launch() (*ReplicaSet, error) { return start(1) }

// Stop ends the servers and removes their files.
func (s *ReplicaSet) Stop() { s.stop() }

// Process returns the process id of the first member, 0 if it does not run.
func (s *ReplicaSet) Process() int {
	m := s.members[0]
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.process == nil {
		return 0
	}
	return m.process.Pid
}
