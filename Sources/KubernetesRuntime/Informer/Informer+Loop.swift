import KubernetesClient
import Logging
import Synchronization

extension Informer {
    /// Whatever is known is old once a run begins: it may have been long since the last one.
    func unsync() {
        synced.close()
        store.change { $0.unsync() }
    }

    /// Carries out the machine's actions until cancelled.
    func loop() async {
        unsync()
        var actions = handle(.start)
        while !Task.isCancelled, let next = apply(actions) { actions = await perform(next) }
    }

    private func handle(_ input: InformerMachine.Input) -> [InformerMachine.Action] {
        machine.withLock { $0.handle(input) }
    }

    /// Puts the changes in the store and returns the one action that takes time.
    private func apply(_ actions: [InformerMachine.Action]) -> InformerMachine.Action? {
        var next: InformerMachine.Action?
        for action in actions {
            switch action {
            case .beginList: store.change { $0.beginList() }
            case .put(let object, let source): put(object, source)
            case .remove(let object): remove(object)
            case .endList(let version):
                tell { $0.endList(version: version) }
                synced.open()
            case .list, .watch, .pause: next = action
            case .endWatch: break
            }
        }
        return next
    }

    /// Does what takes time, and answers what to do then.
    private func perform(_ action: InformerMachine.Action) async -> [InformerMachine.Action] {
        switch action {
        case .list(let token, let limit): return handle(await list(token, limit))
        case .watch(let version): return await watch(from: version)
        case .pause(let duration):
            try? await Task.sleep(for: duration)
            return handle(.pauseOver)
        case .beginList, .endList, .put, .remove, .endWatch: return []
        }
    }

    private func list(_ token: String?, _ limit: Int?) async -> InformerMachine.Input {
        let options = ListOptions(
            labelSelector: labelSelector, fieldSelector: fieldSelector, limit: limit, continueToken: token,
            omitsManagedFields: true)
        do throws(KubernetesError) {
            return .page(
                try await client.list(kind, namespace: namespace, options: options, metadataOnly: metadataOnly))
        } catch {
            log("cannot list", error)
            return .listFailed(error)
        }
    }

    private enum WatchOutcome: Sendable {
        case followed([InformerMachine.Action])
        case idle
    }

    /// Follows a watch until it ends or is silent for too long.
    private func watch(from version: String?) async -> [InformerMachine.Action] {
        lastNews.withLock { $0 = .now }
        return await withTaskGroup(of: WatchOutcome?.self) { group in
            group.addTask { .followed(await self.follow(from: version)) }
            group.addTask { await self.waitForSilence() }
            var actions: [InformerMachine.Action]?
            for await outcome in group {
                group.cancelAll()
                switch outcome {
                case .followed(let rest): actions = rest.isEmpty ? actions : rest
                case .idle where actions == nil:
                    logger.info("the watch was silent for too long and is begun anew")
                    actions = handle(.watchIdle)
                default: break
                }
            }
            return actions ?? []
        }
    }

    private func waitForSilence() async -> WatchOutcome? {
        while true {
            let end = lastNews.withLock { $0 } + idleTimeout
            guard end > .now else { return .idle }
            do { try await Task.sleep(until: end) } catch { return nil }
        }
    }

    /// Reads a watch and applies its events as they come; answers what to do after it.
    private func follow(from version: String?) async -> [InformerMachine.Action] {
        let begin = ContinuousClock.now
        // Ends at different times for different informers, so that they do not all begin anew at once.
        let options = WatchOptions(
            labelSelector: labelSelector, fieldSelector: fieldSelector, resourceVersion: version,
            timeoutSeconds: .random(in: 300...600), sendInitialEvents: version == nil, omitsManagedFields: true)
        do throws(KubernetesError) {
            let events = try await client.watch(
                kind, namespace: namespace, options: options, metadataOnly: metadataOnly)
            var iterator = events.makeAsyncIterator()
            while let event = try await iterator.next() {
                lastNews.withLock { $0 = .now }
                if case .error(let status) = event { log("the watch failed", .status(status)) }
                if let next = apply(handle(.event(event))) { return [next] }
            }
            return Task.isCancelled ? [] : handle(.watchEnded(after: .now - begin))
        } catch {
            if Task.isCancelled { return [] }
            log("the watch failed", error)
            return handle(.watchFailed(error))
        }
    }

    private func put(_ object: UntypedObject, _ source: InformerMachine.Source) {
        guard let kept = kept(object) else { return tell { $0.drop(object).map { [$0] } ?? [] } }
        tell { store in
            let event = source == .list ? store.putListed(kept) : store.putWatched(kept)
            return event.map { [$0] } ?? []
        }
    }

    private func remove(_ object: UntypedObject) {
        let isKept = keeps?(object) ?? true
        let object = stripped(object)
        tell { store in
            if let event = store.removeWatched(object) { return [event] }
            // It may matter by now and not have mattered when it was told of.
            return keeps != nil && isKept ? [.deleted(object)] : []
        }
    }

    /// The object as it is kept, `nil` when it is not.
    func kept(_ object: UntypedObject) -> UntypedObject? { keeps?(object) ?? true ? stripped(object) : nil }

    private func stripped(_ object: UntypedObject) -> UntypedObject {
        var object = object
        transform?(&object)
        return object
    }

    /// Changes the store and tells what has changed by it, in one order for all.
    private func tell(_ change: (inout StoreState) -> [InformerEvent]) {
        handlers.withLock { handlers in
            for event in store.change(change) {
                for handler in handlers { handler(event) }
            }
        }
    }

    private func log(_ message: Logger.Message, _ error: KubernetesError) {
        if error.isCancelled { return }
        // That versions are forgotten is part of the protocol, and so is that not every server streams lists.
        logger.log(
            level: error.isGone || error.isStreamingListRefused ? .debug : .warning, message,
            metadata: ["error": "\(error)"])
    }
}
