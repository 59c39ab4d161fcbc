import ArgumentParser
import StorefrontAPI

/// `storefront crd`
struct CRDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crd", abstract: "Print the definition of the Storefront kind, for `kubectl apply -f -`.")

    func run() throws {
        print(CustomResourceDefinition.storefront().yaml(), terminator: "")
    }
}
