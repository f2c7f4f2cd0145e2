# The commands are scripts in deploy/ and modules in tests/.
.PHONY: run test test-faults coverage lint bench bench-sync pins messages

run: ; @exec sh deploy/run.sh
test: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests
test-faults: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests faults
coverage: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests coverage
lint: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests lint
bench: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests.bench.load $(ARGS)
bench-sync: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python -m tests.bench.sync $(ARGS)
messages: ; @sh deploy/bootstrap.sh dev && exec .venv/bin/python manage.py makemessages
pins: ; @exec sh deploy/pin_requirements.sh
