import sys, faulthandler, threading, ctypes, os, time
faulthandler.enable()
def crash(): ctypes.string_at(0)
def outer(): crash()
def in_thread(): ctypes.string_at(8)
c = sys.argv[1]
if c == 'segv': outer()
elif c == 'thread': threading.Thread(target=in_thread, name='w').start(); time.sleep(2)
elif c == 'abort': os.abort()
elif c == 'exc': {}['missing']
elif c == 'chain':
    try: {}['missing']
    except KeyError: raise ValueError('bad')
elif c == 'thread_exc': threading.Thread(target=lambda: 1/0).start()
elif c == 'timeout': faulthandler.dump_traceback_later(0.3, exit=True); time.sleep(3)
elif c == 'fatal': ctypes.pythonapi.Py_FatalError(b'something broke')
