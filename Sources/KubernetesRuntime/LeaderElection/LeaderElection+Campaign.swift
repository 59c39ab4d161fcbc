extension LeaderElection { func campaign() async throws { try await work() } }
