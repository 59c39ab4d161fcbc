/// The least and the most that something may be: elements, bytes, or steps of a computation.
struct CELSize: Sendable, Hashable {
    var low: UInt64
    var high: UInt64

    static let unknown = CELSize(0, .max)
    static let one = CELSize(1, 1)

    init(_ low: UInt64, _ high: UInt64) {
        self.low = low
        self.high = high
    }

    init(_ exact: UInt64) { self.init(exact, exact) }

    static func + (left: CELSize, right: CELSize) -> CELSize {
        func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let (value, overflow) = left.addingReportingOverflow(right)
            return overflow ? .max : value
        }
        return CELSize(sum(left.low, right.low), sum(left.high, right.high))
    }

    static func += (left: inout CELSize, right: CELSize) { left = left + right }

    static func * (left: CELSize, right: CELSize) -> CELSize {
        CELSize(product(left.low, right.low), product(left.high, right.high))
    }

    static func * (left: CELSize, factor: Double) -> CELSize {
        func scaled(_ value: UInt64) -> UInt64 {
            let result = (Double(value) * factor).rounded(.up)
            return result >= 18_446_744_073_709_551_616 ? .max : UInt64(result)
        }
        return CELSize(scaled(left.low), scaled(left.high))
    }

    static func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : value
    }

    func union(_ other: CELSize) -> CELSize { CELSize(min(low, other.low), max(high, other.high)) }
}
