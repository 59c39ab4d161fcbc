import KubernetesClient
import LocalCluster
import Testing

struct StorefrontProgressTests {
    private func progress(ready: String, observed: Int64, others: [JSONValue] = []) -> StorefrontProgress {
        StorefrontProgress(
            UntypedObject([
                "metadata": ["generation": 2],
                "status": [
                    "observedGeneration": .integer(observed), "url": "http://127.0.0.1:8080",
                    "conditions": .array([["type": "Ready", "status": .string(ready)]] + others),
                ],
            ]))
    }

    @Test func onlyTheNewestGenerationCounts() {
        #expect(progress(ready: "True", observed: 2).isReady)
        #expect(!progress(ready: "True", observed: 1).isReady)
        #expect(!progress(ready: "False", observed: 2).isReady)
        #expect(!StorefrontProgress(UntypedObject([:])).isReady)
    }

    @Test func outstandingConditionsAreToldInTheirOwnWords() {
        let progress = progress(
            ready: "False", observed: 2,
            others: [
                ["type": "Migrated", "status": "False", "message": "Job acme-user-migrate is running"],
                ["type": "SecretsReady", "status": "True"], ["type": "Suspended", "status": "False"],
            ])
        #expect(progress.outstanding == ["Migrated: Job acme-user-migrate is running"])
        #expect(progress.satisfied == ["SecretsReady"])
    }
}
