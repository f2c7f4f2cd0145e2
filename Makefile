# One line each; what they do is in deploy/ and tests/.
.PHONY: run test lint bench-sync pins

run: ; @exec sh deploy/run.sh
test: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests
lint: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests lint
bench-sync: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests.bench.sync $(ARGS)
pins: ; @exec sh deploy/pins.sh
