/// A value that only its owner's thread touches.
final class ThreadConfined<Value>: @unchecked Sendable {
    // Unchecked: every use is a job of one serial thread.
    var value: Value
    init(_ value: Value) { self.value = value }
}
