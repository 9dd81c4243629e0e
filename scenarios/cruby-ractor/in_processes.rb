# Runs the work in processes made by fork: the same number of workers, and nothing that they share.
WORKERS = 8

readers = Array.new(WORKERS) do
  reader, writer = IO.pipe
  fork do
    reader.close
    writer.write(Work.run)
  end
  writer.close
  reader
end
total = readers.sum { |reader| reader.read.to_i }
Process.waitall.each { |pid, status| abort "worker #{pid}: #{status}" unless status.success? }
puts "total #{total}"
