"""`/metrics`: what the workers of one server counted, together.

`declared` is the table of all metrics, `memory` and `numbers` where they are counted, `counting` what a
request's story adds, `states` what is looked at now and then, `exposition` the text that Prometheus reads.
How it was decided: docs/decisions/0006-metrics.md.
"""
