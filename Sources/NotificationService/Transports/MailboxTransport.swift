import Dispatch

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes each mail as a file `<time>-<id>.eml` into a folder, for development and tests. The file is there whole or
/// not at all; sending the same mail again writes the same file.
struct MailboxTransport: MailTransport {
    let directory: String
    private let queue = DispatchQueue(label: "mailbox")

    init(directory: String) { self.directory = directory }

    func send(_ message: MailMessage) async -> DeliveryOutcome {
        let folder = URL(filePath: directory)
        let file = folder.appending(path: "\(MailDate.fileName(message.date))-\(message.id).eml")
        return await withCheckedContinuation { continuation in
            queue.async {
                do {
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                    try Data(message.encoded()).write(to: file, options: .atomic)
                    continuation.resume(returning: .delivered)
                } catch {
                    continuation.resume(returning: .postponed("the mailbox folder cannot be written"))
                }
            }
        }
    }
}
