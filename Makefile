# Thin on purpose: what each target does is in dev.py (on Windows: py dev.py run, py dev.py test).
.PHONY: run test check bench clean
run test check bench clean:
	@python3 dev.py $@ $(ARGS)
