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
        /// Whether the Lease may be ours: it was written to, whatever the answer.
        var hasWritten = false
        /// When last a write of the work ended without an answer.
        var lastUnansweredWrite: ContinuousClock.Instant?
    }

    private enum Ending: Sendable {
        case work
        case claim
    }

    /// Waits for the Lease, leads, and waits again, until told to end or the work has ended.
    func run(_ campaign: Campaign) async throws {
        var campaign = campaign
        while await win(&campaign), let claimEnd = campaign.machine.claimEnd {
            logger.info("leading", metadata: ["lease": "\(lease)", "identity": "\(identity)"])
            let limit = WriteLimit(end: claimEnd)
            setLeading(limit)
            let ending: Result<Ending, any Error>
            do { ending = .success(try await lead(campaign, limit)) } catch { ending = .failure(error) }
            setLeading(nil)
            campaign = Campaign(
                machine: LeaderElectionMachine(identity: identity, timing: timing), hasWritten: true,
                lastUnansweredWrite: limit.lastUnansweredWrite ?? campaign.lastUnansweredWrite)
            guard case .success(.claim) = ending, !Task.isCancelled else {
                await release(campaign)
                return try ending.map { _ in }.get()
            }
            logger.error("lost the lease and stopped working", metadata: ["lease": "\(lease)"])
        }
        // Told to end while it waited: a claim on its way may have come through, or one that was lost not yet be over.
        if campaign.hasWritten { await release(campaign) }
    }

    private func setLeading(_ limit: WriteLimit?) {
        claim.withLock { $0 = limit }
        master.set(limit == nil ? 0 : 1)
    }

    /// Reads and writes the Lease until it is won; false when told to end before that.
    private func win(_ campaign: inout Campaign) async -> Bool {
        let begun = campaign
        let (isWon, result) = await cancelWhenGracefulShutdown { () -> (Bool, Campaign) in
            var campaign = begun
            while !Task.isCancelled {
                let pause = await self.step(&campaign)
                if campaign.machine.isLeading { return (true, campaign) }
                // Candidates should not all come at one moment.
                do { try await Task.sleep(for: pause * .random(in: 0.9...1)) } catch { break }
            }
            return (false, campaign)
        }
        campaign = result
        return isWon
    }

    /// Works and renews the claim until one of them ends, and the other, cancelled, has ended too.
    ///
    /// The work ends by itself on graceful shutdown, or is cancelled after its grace; until then the claim is renewed.
    private func lead(_ won: Campaign, _ limit: WriteLimit) async throws -> Ending {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask {
                try await WriteLimit.$current.withValue(limit) { try await self.work() }
                return .work
            }
            group.addTask {
                await self.renew(won, limit)
                return .claim
            }
            group.addTask {
                try? await gracefulShutdown()
                try? await Task.sleep(for: self.timing.shutdownGrace)
                return .work
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { return .work }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) {
                    logger.error("the work failed while it was being stopped", metadata: ["error": "\(error)"])
                }
            }
            return first
        }
    }

    /// Renews until the claim is lost or the task cancelled.
    private func renew(_ won: Campaign, _ limit: WriteLimit) async {
        var campaign = won
        var pause = timing.retryPeriod
        while let claimEnd = campaign.machine.claimEnd {
            limit.end = claimEnd
            do { try await Task.sleep(until: min(.now + pause, claimEnd)) } catch { return }
            pause = .now < claimEnd ? await step(&campaign) : await handle(.failed, &campaign)
            if Task.isCancelled { return }
        }
        limit.end = .now
        master.set(0)
    }

    /// Writes the Lease if the machine says so, over what is known of it or else read; answers when to do it again.
    private func step(_ campaign: inout Campaign) async -> Duration {
        if campaign.machine.isLeading, let known = campaign.lease {
            return await handle(.observed(LeaseRecord(known)), &campaign)
        }
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
        for action in campaign.machine.handle(input, now: .now, time: time()) {
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
        campaign.hasWritten = true
        do {
            let toWrite = object
            campaign.lease = try await limited(campaign) {
                if isNew { return try await self.client.create(.lease, toWrite) }
                return try await self.client.replace(.lease, toWrite)
            }
            return await handle(.written(record, begun: begun), &campaign)
        } catch {
            log("cannot write the lease", error)
            // It is not what it was known to be, or it is not known what it is now.
            campaign.lease = nil
            let pause = await handle(.failed, &campaign)
            return (error as? KubernetesError)?.isConflict == true ? min(pause, timing.retryPeriod / 8) : pause
        }
    }

    /// Gives the Lease back if it is ours, also in a task that has been cancelled: whoever waits for it would
    /// otherwise wait until it expires.
    ///
    /// It is left to expire when a write of the work has had no answer and may still take effect.
    private func release(_ campaign: Campaign) async {
        if let unanswered = campaign.lastUnansweredWrite, unanswered + timing.leaseDuration > .now {
            logger.info("a write had no answer: the lease is left to expire", metadata: ["lease": "\(lease)"])
            return
        }
        await Task {
            do {
                try await finish(by: .now + timing.renewDeadline) { try await self.giveBack() }
            } catch {
                log("cannot give the lease back", error)
            }
        }.value
    }

    private func giveBack() async throws(KubernetesError) {
        while var object = try await client.find(.lease, lease.name, namespace: lease.namespace) {
            var record = LeaseRecord(object)
            guard record.holder == identity else { return }
            record.release(at: time())
            record.write(to: &object)
            do throws(KubernetesError) {
                try await client.replace(.lease, object)
                return logger.info("gave the lease back", metadata: ["lease": "\(lease)"])
            } catch {
                // A last renewal, given up but on its way, was there first.
                if !error.isConflict { throw error }
            }
        }
    }

    /// Ends a request when it is too late for the claim it is to renew.
    private func limited<Answer: Sendable>(
        _ campaign: Campaign, _ request: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await finish(by: campaign.machine.claimEnd ?? .now + timing.renewDeadline, request)
    }

    private func finish<Answer: Sendable>(
        by deadline: ContinuousClock.Instant, _ request: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
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
