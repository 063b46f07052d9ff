import sys, time, json
sys.argv
def test_probe(fresh_install):
    code='''
import time, json, sys
from tests.doors import api_fuzz as f
orig=f.config_of
out=[]
cs=list(f.callers())
name,key,world=cs[0]
for phases in ({"stateful":{"enabled":False}},{"stateful":{"enabled":False},"coverage":{"enabled":False}},{"stateful":{"max-steps":4},"coverage":{"enabled":False},"fuzzing":{"enabled":False},"examples":{"enabled":False}}):
    def config_of(key, world, *, examples, seconds, phases=phases):
        from schemathesis.config import SchemathesisConfig
        real=SchemathesisConfig.from_dict
        SchemathesisConfig.from_dict=lambda given: real({**given,"phases":phases})
        try: return orig(key, world, examples=examples, seconds=seconds)
        finally: SchemathesisConfig.from_dict=real
    f.config_of=config_of
    for ex in (1,3):
        t=time.process_time()
        r=f.fuzz(key,world,examples=ex,seconds=200)
        out.append([str(phases)[:60],ex,time.process_time()-t,sum(r["statuses"].values()),r["reached"],len(r["wrong"])])
        print(out[-1],file=sys.stderr,flush=True)
'''
    done=fresh_install.run_python(code, env={"TALLYSTICK_API_CALLS_PER_MINUTE": "1000000"}, seconds=400)
    open("/tmp/helperL/fuzz.out","w").write(done.stderr)
