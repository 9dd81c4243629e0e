# Runs the work of all workers one after the other, in the only thread.
WORKERS = 8

total = Array.new(WORKERS) { Work.run }.sum
puts "total #{total}"
