import PostgreSQL
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Gives out order numbers, fetching them in blocks. Numbers of a process that ends are lost, never given twice.
final class OrderNumbers: Sendable {
    private let block = Mutex<Range<Int64>>(0..<0)

    func next(at date: Date, in executor: some PostgresExecutor) async throws -> String {
        if let sequence = taken() { return OrderNumber.text(sequence: sequence, at: date) }
        let fetched = try await OrderStore().nextNumbers(in: executor)
        // Of two that fetch at once, the second block is the one kept.
        block.withLock { $0 = fetched.lowerBound + 1..<fetched.upperBound }
        return OrderNumber.text(sequence: fetched.lowerBound, at: date)
    }

    private func taken() -> Int64? {
        block.withLock { block in
            guard let first = block.first else { return nil }
            block = first + 1..<block.upperBound
            return first
        }
    }
}
