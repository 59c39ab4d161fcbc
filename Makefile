# The two commands of README.md are `run` and `test`; everything else serves them.
CONFIGURATION ?= release
STATE ?= .storefront
PORT ?= 8080
FILE ?= manifests/samples/storefront.yaml
BIN = .build/$(CONFIGURATION)

.PHONY: run build test test-cluster conformance lint format crd validate reset clean

## Builds everything and brings up the sample shop; Ctrl-C stops it, a second run resumes it.
run: build
	@$(BIN)/storefront local up -f $(FILE) --state $(STATE) --port $(PORT)

build:
	@scripts/install build run
	@swift build -c $(CONFIGURATION)

## All tests, a process for each target: what each measures is its subject, not how many others want the machine. The
## end-to-end tests bring up whole clusters and come last.
TESTS = $(filter-out ClusterTests EndToEndTests FaultProxy Golden TestOperator TestServers,$(notdir $(wildcard Tests/*)))

test:
	@scripts/install build run test
	swift build --build-tests
	@scripts/test $(foreach target,$(TESTS) EndToEndTests,'^$(target)\.')

## The operator's cluster tests against the API server that KUBECONFIG names, in namespaces of their own, with a node of
## this machine where the cluster has none; without KUBECONFIG against a control plane of their own.
test-cluster:
	@scripts/install build run test
	swift build --build-tests
	@STOREFRONT_TEST_CLUSTER="$$KUBECONFIG" scripts/test '^ClusterTests\.|^KubernetesClientTests\.AnyServerTests'

## The recorded behaviour of Kubernetes, and kubectl and helm, against the local control plane.
CONFORMANCE ?= ../shared/kubernetes

conformance:
	swift build -c $(CONFIGURATION) --product storefront
	@CONFIGURATION=$(CONFIGURATION) CONFORMANCE=$(CONFORMANCE) scripts/conformance

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Tests Examples

format:
	swift format --in-place --parallel --recursive Package.swift Sources Tests Examples

## Writes crds/storefronts.yaml and the chart's copy anew from the Swift types.
crd:
	@swift build --product storefront
	.build/debug/storefront crd > crds/storefronts.yaml
	cp crds/storefronts.yaml charts/storefront-operator/files/storefronts.yaml

## Manifests and chart against the schemas of Kubernetes.
validate:
	@scripts/validate

reset:
	$(BIN)/storefront local reset --state $(STATE)

clean:
	rm -rf .build .build-tools
