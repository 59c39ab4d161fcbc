import KubernetesClient
import Logging
import Metrics
import ServiceLifecycle
import Synchronization

extension LeaderElection {
    /// What this process knows of the election.
    struct Campaign: Sendable {
        var machine: LeaderElectionMachine
        /// The Lease as last read or written, to write over.
        var lease: UntypedObject?
    }

    private enum Ending: Sendable {
        case work
        case claim
    }

    /// Waits for the Lease, leads, and waits again, until told to end or the work has ended.
    func run(_ campaign: Campaign) async throws {
        while let won = await win(campaign) {
            logger.info("leading", metadata: ["lease": "\(lease)", "identity": "\(identity)"])
            setLeading(true)
            defer { setLeading(false) }
            let ending: Ending
            do {
                ending = try await lead(won)
            } catch {
                await release()
                throw error
            }
            if ending == .work || Task.isCancelled { return await release() }
            logger.error("lost the lease and stopped working", metadata: ["lease": "\(lease)"])
        }
    }

    private func setLeading(_ value: Bool) {
        leading.withLock { $0 = value }
        master.set(value ? 1 : 0)
    }

    /// Reads and writes the Lease until it is won; `nil` when told to end before that.
    private func win(_ campaign: Campaign) async -> Campaign? {
        await cancelWhenGracefulShutdown { () -> Campaign? in
            var campaign = campaign
            while !Task.isCancelled {
                let pause = await self.step(&campaign)
                if campaign.machine.isLeading { return campaign }
                // Candidates should not all come at one moment.
                do { try await Task.sleep(for: pause * .random(in: 1...1.2)) } catch { return nil }
            }
            return nil
        }
    }

    /// Works and renews the claim until one of them ends, and the other, cancelled, has ended too.
    ///
    /// The work ends by itself on graceful shutdown; until it has, the claim is renewed.
    private func lead(_ won: Campaign) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask {
                try await self.work()
                return .work
            }
            group.addTask {
                await self.renew(won)
                return .claim
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { return .work }
            group.cancelAll()
            while let result = await group.nextResult() {
                if first == .claim, case .failure(let error) = result, !(error is CancellationError) {
                    logger.error("the work failed while it was being stopped", metadata: ["error": "\(error)"])
                }
            }
            return first
        }
    }

    /// Renews until the claim is lost or the task cancelled.
    private func renew(_ won: Campaign) async {
        var campaign = won
        var pause = timing.retryPeriod
        while let claimEnd = campaign.machine.claimEnd {
            do { try await Task.sleep(until: min(.now + pause, claimEnd)) } catch { return }
            pause = await step(&campaign)
            if Task.isCancelled { return }
        }
    }

    /// Reads the Lease and writes it if the machine says so; answers when to do it again.
    private func step(_ campaign: inout Campaign) async -> Duration {
        do {
            let read = try await limited(campaign) {
                try await self.client.find(.lease, self.lease.name, namespace: self.lease.namespace)
            }
            campaign.lease = read
            return await handle(.observed(read.map { LeaseRecord($0) }), &campaign)
        } catch {
            log("cannot read the lease", error)
            return await handle(.failed, &campaign)
        }
    }

    private func handle(_ input: LeaderElectionMachine.Input, _ campaign: inout Campaign) async -> Duration {
        var pause = timing.retryPeriod
        for action in campaign.machine.handle(input, now: .now, time: .now) {
            switch action {
            case .write(let record, let isNew): pause = await write(record, isNew, &campaign)
            case .readAgain(let after): pause = after
            case .startLeading, .stopLeading: break
            }
        }
        return pause
    }

    private func write(_ record: LeaseRecord, _ isNew: Bool, _ campaign: inout Campaign) async -> Duration {
        let begun = ContinuousClock.now
        var object = UntypedObject(.lease, name: lease.name, namespace: lease.namespace)
        if !isNew, let present = campaign.lease { object = present }
        record.write(to: &object)
        do {
            let toWrite = object
            campaign.lease = try await limited(campaign) {
                if isNew { return try await self.client.create(.lease, toWrite) }
                return try await self.client.replace(.lease, toWrite)
            }
            return await handle(.written(record, begun: begun), &campaign)
        } catch {
            log("cannot write the lease", error)
            return await handle(.failed, &campaign)
        }
    }

    /// Gives the Lease back if it is ours, also in a task that has been cancelled: whoever waits for it would
    /// otherwise wait until it expires.
    private func release() async {
        await Task {
            do {
                guard var object = try await client.find(.lease, lease.name, namespace: lease.namespace) else { return }
                var record = LeaseRecord(object)
                guard record.holder == identity else { return }
                record.release(at: .now)
                record.write(to: &object)
                try await client.replace(.lease, object)
                logger.info("gave the lease back", metadata: ["lease": "\(lease)"])
            } catch {
                log("cannot give the lease back", error)
            }
        }.value
    }

    /// Ends a request when it is too late for the claim it is to renew.
    private func limited<Answer: Sendable>(
        _ campaign: Campaign, _ request: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let deadline = campaign.machine.claimEnd ?? .now + timing.renewDeadline
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await request() }
            group.addTask {
                try await Task.sleep(until: deadline)
                throw RenewalTimeout()
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private struct RenewalTimeout: Error, CustomStringConvertible {
        var description: String { "no answer before the claim's end" }
    }

    private func log(_ message: Logger.Message, _ error: any Error) {
        if let error = error as? KubernetesError {
            // That another was first is how elections go.
            if error.isCancelled || error.isConflict || error.isAlreadyExists { return }
        }
        if error is CancellationError || Task.isCancelled { return }
        logger.warning(message, metadata: ["lease": "\(lease)", "error": "\(error)"])
    }
}
